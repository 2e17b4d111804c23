import type { FunctionValue, InstanceValue } from '../../interpreter/values.ts';
import type { Expression, FunctionParameter } from '../../syntax/ast.ts';

/** Parameters of `forward` that take tensors; what must be given but is none gets an unknown value. */
export interface ForwardSignature {
  /** Those that are given a tensor: the positional ones, then those by name. */
  readonly tensors: readonly string[];
  /** All that are given in order; `null` for what is no tensor. */
  readonly positional: readonly (string | null)[];
  /** Those that may take a tensor and are left out: `decoder_input_ids=None`. */
  readonly optional: readonly string[];
}

export function signatureOf(root: InstanceValue): ForwardSignature | null {
  for (const class_ of root.class.order) {
    const member = class_.members.get('forward') ?? class_.members.get('__call__');
    // Behind a decorator's `*args` is what the user wrote.
    if (member?.type === 'function') return ofFunction(innermost(member));
    // What a class of PyTorch's own does with its input.
    const native = class_.native?.methods.forward ?? class_.native?.methods.__call__;
    if (native === undefined) continue;
    const names = native.signature.parameters
      .filter((parameter) => parameter.kind === 'normal' && parameter.default === null)
      .map((parameter) => parameter.name);
    return { tensors: names, positional: names, optional: [] };
  }
  return null;
}

/** The same with one more of the optional parameters given. */
export function withOptional(signature: ForwardSignature, name: string): ForwardSignature {
  const { tensors, positional, optional } = signature;
  return { tensors: [...tensors, name], positional, optional: optional.filter((other) => other !== name) };
}

function innermost(function_: FunctionValue): FunctionValue {
  return function_.wraps === undefined ? function_ : innermost(function_.wraps);
}

const plainTypes = new Set(['int', 'float', 'bool', 'str']);

function ofFunction({ node }: FunctionValue): ForwardSignature {
  const parameters = node.parameters.slice(1);
  const required = parameters.filter(
    (parameter) => parameter.default === null && (parameter.kind === 'normal' || parameter.kind === 'positionalOnly'),
  );
  // `forward(self, input_ids=None, …)` and `forward(self, *inputs)` take one too.
  const chosen = required.length > 0 ? required : parameters.slice(0, 1);
  const positional = chosen.map(({ target, annotation }) => {
    if (annotation?.type === 'Name' && plainTypes.has(annotation.name)) return null;
    return target.type === 'Name' ? target.name : 'input';
  });
  const optional = parameters.filter((parameter) => !chosen.includes(parameter) && mayBeTensor(parameter));
  return {
    tensors: positional.filter((name) => name !== null),
    positional,
    optional: optional.flatMap(({ target }) => (target.type === 'Name' ? [target.name] : [])),
  };
}

function mayBeTensor({ kind, annotation, default: fallback }: FunctionParameter): boolean {
  if (fallback?.type !== 'None' || (kind !== 'normal' && kind !== 'keywordOnly')) return false;
  return annotation === null || namesTensor(annotation);
}

/** `torch.LongTensor | None`, `Optional[Tensor]`. */
function namesTensor(annotation: Expression): boolean {
  switch (annotation.type) {
    case 'Name':
    case 'Attribute':
      return annotation.name.endsWith('Tensor');
    case 'Binary':
      return namesTensor(annotation.left) || namesTensor(annotation.right);
    case 'Index':
      return lastName(annotation.object) === 'Optional' && namesTensor(annotation.index);
    default:
      return false;
  }
}

function lastName(expression: Expression): string | null {
  return expression.type === 'Name' || expression.type === 'Attribute' ? expression.name : null;
}
