import type { NativeContext } from '../../interpreter/native.ts';
import { method, nativeClass, nativeFunction } from '../../interpreter/table.ts';
import { type ClassValue, none, type Value } from '../../interpreter/values.ts';
import { applyUnknown } from './apply.ts';

/* `torch.autograd.Function`: a forward pass with a backward pass of its own. */

const quiet = method('*args, **kwargs', () => none);

/** What a forward pass leaves for the backward pass. */
const contextClass = nativeClass('torch.autograd.function.FunctionCtx', {
  methods: Object.fromEntries(
    ['save_for_backward', 'save_for_forward', 'mark_dirty', 'mark_non_differentiable', 'set_materialize_grads'].map(
      (name) => [name, quiet],
    ),
  ),
});

export const autogradFunction = nativeClass('torch.autograd.Function', {
  classMethods: {
    apply: (class_) =>
      nativeFunction(`${class_.name}.apply`, '*args', (given, context) =>
        applied(
          class_,
          given.rest.map(({ value }) => value),
          context,
        ),
      ),
  },
});

/** Its backward pass is taken for the derivative of what it computes; of one that only passes on, it must be something else. */
function applied(class_: ClassValue, inputs: readonly Value[], context: NativeContext): Value {
  const forward = context.getAttribute(class_, 'forward');
  const isSplit = class_.order.some(({ members }) => members.has('setup_context'));
  const result = context.call(forward, isSplit ? inputs : [context.instantiate(contextClass, []), ...inputs]);
  const given = inputs.find((input) => input.type === 'tensor');
  const isPassedOn = result.type === 'tensor' && inputs.some((input) => isSame(input, result));
  return isPassedOn && given?.type === 'tensor' ? applyUnknown(class_.name, [given], result.shape, context) : result;
}

function isSame(input: Value, result: Value): boolean {
  if (input.type !== 'tensor' || result.type !== 'tensor') return false;
  return input === result || (input.layer !== null && input.layer === result.layer);
}
