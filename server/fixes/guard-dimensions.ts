import { isKnown } from '../../core/graph/shape.ts';
import type { Remedy } from '../../core/rules/finding.ts';
import type { Expression } from '../syntax/ast.ts';
import { prefixOf } from './arguments.ts';
import type { Fix } from './fix.ts';
import { type Node, pathTo, type Source } from './source.ts';
import { formatNumber, indentationAt, indentationStep, lineBreakOf } from './style.ts';
import { initPrefix } from './torch-imports.ts';

type Guard = Extract<Remedy, { kind: 'guardDimensions' }>;
type Call = Extract<Expression, { type: 'Call' }>;

/**
 * A fan-based initializer met a vector. Where it runs over many tensors the vectors are left out; where it is meant for this
 * one tensor, a bias starts at zero and anything else where PyTorch's own layers start theirs: U(±1/√n).
 */
export function guardDimensions(remedy: Guard, source: Source): readonly Fix[] {
  const path = pathTo(source, remedy.at);
  const call = path.at(-1);
  if (call?.type !== 'Call' || remedy.argument === '') return [];
  const own = ownInitializer(remedy, call, source);
  if (!isShared(remedy.argument)) return [{ ...own, preferred: true }];
  const guard = skipVectors(remedy, call, path.slice(0, -1), source);
  return /bias/.test(remedy.argument) ? [{ ...own, preferred: true }, guard] : [{ ...guard, preferred: true }];
}

/** A loop's or a function's variable, as against `self.score`: other tensors come by. */
function isShared(argument: string): boolean {
  return /^(?!self\b)[A-Za-z_]\w*(\.\w+)*$/.test(argument);
}

function skipVectors({ argument }: Guard, call: Call, ancestors: readonly Node[], source: Source): Fix {
  const title = `Skip it below two dimensions (${argument}.dim() > 1)`;
  const condition = `${argument}.dim() > 1`;
  const statement = ancestors.at(-1);
  if (statement?.type === 'Expression' && isAloneInLine(statement.start, source)) {
    const indentation = indentationAt(source, statement.start);
    const text = `if ${condition}:${lineBreakOf(source)}${indentation}${indentationStep(source)}`;
    const edits = [{ path: source.path, start: statement.start, end: statement.start, text }];
    return { title, preferred: false, safe: true, edits };
  }
  const edits = [
    { path: source.path, start: call.start, end: call.start, text: '(' },
    { path: source.path, start: call.end, end: call.end, text: ` if ${condition} else ${argument})` },
  ];
  return { title, preferred: false, safe: true, edits };
}

function isAloneInLine(offset: number, { text }: Source): boolean {
  return text.slice(text.lastIndexOf('\n', offset - 1) + 1, offset).trim() === '';
}

function ownInitializer({ argument, shape }: Guard, call: Call, source: Source): Fix {
  const spelled = prefixOf(call.callee, source);
  const { prefix, edits } = spelled === null || spelled === '' ? initPrefix(source) : { prefix: spelled, edits: [] };
  const { name, settings } = forVector(argument, shape);
  const text = `${prefix}${name}(${[argument, ...settings].join(', ')})`;
  return {
    title: `Use ${name}, which takes any shape`,
    preferred: false,
    safe: true,
    edits: [...edits, { path: source.path, start: call.start, end: call.end, text }],
  };
}

function forVector(
  argument: string,
  shape: Guard['shape'],
): { readonly name: string; readonly settings: readonly string[] } {
  if (/bias/.test(argument)) return { name: 'zeros_', settings: [] };
  const [size] = shape;
  if (size === undefined || !isKnown(size) || size < 1) return { name: 'normal_', settings: ['std=0.02'] };
  const bound = formatNumber(1 / Math.sqrt(size));
  return { name: 'uniform_', settings: [`-${bound}`, bound] };
}
