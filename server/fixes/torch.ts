import type { Span } from '../../core/graph/span.ts';
import type { TargetInitializer } from '../../core/rules/finding.ts';
import type { Argument, Expression } from '../syntax/ast.ts';
import { argumentOf, keptKeywords, prefixOf } from './arguments.ts';
import type { Replacement } from './replace-initializer.ts';
import { type Source, textOf } from './source.ts';
import { formatNumber, quoteOf } from './style.ts';
import { initPrefix, isInitModule } from './torch-imports.ts';
import type { Written } from './written.ts';

type Call = Extract<Expression, { type: 'Call' }>;

/**
 * PyTorch: an `nn.init` call gets another function, a method of the tensor (`w.data.normal_(0, 1)`) and an allocation
 * (`torch.randn(a, b) * 0.1`) become an `nn.init` call.
 */
export function inTorch(target: TargetInitializer, written: Written): Replacement | null {
  const { node, source } = written;
  if (node.type !== 'Call') return null;
  const shape = initCall(node, source) ?? methodCall(node, source) ?? allocation(node, written);
  if (shape === null) return null;
  const { prefix, edits } = shape.prefix === null ? initPrefix(source) : { prefix: shape.prefix, edits: [] };
  const { name, settings } = inWords(target, prefix, quoteOf(source), shape.kept);
  const text = `${prefix}${name}(${[shape.tensor, ...settings].join(', ')})`;
  return { name, edits: [...edits, { path: source.path, start: shape.at.start, end: shape.at.end, text }] };
}

/** What a new call is made of. */
interface Shape {
  readonly at: Pick<Span, 'start' | 'end'>;
  readonly tensor: string;
  /** As the code spells `torch.nn.init.`; `null` where it does not. */
  readonly prefix: string | null;
  /** Arguments that mean the same in the new call. */
  readonly kept: { readonly mode: readonly string[]; readonly others: readonly string[] };
}

const nothingKept = { mode: [], others: [] };

/** `nn.init.xavier_uniform_(m.weight, gain=2)`. */
function initCall(call: Call, source: Source): Shape | null {
  const { callee } = call;
  if (callee.type !== 'Name' && !(callee.type === 'Attribute' && isInitModule(textOf(source, callee.object), source))) {
    return null;
  }
  const name = callee.name;
  const tensor = argumentOf(call, 'tensor', 0);
  if (
    tensor === null ||
    !/_$|^(?:xavier|kaiming)_(?:normal|uniform)|^(?:normal|uniform|constant|orthogonal|sparse)$/.test(name)
  )
    return null;
  const prefix = callee.type === 'Name' ? null : prefixOf(callee, source);
  const kept = {
    mode: name.startsWith('kaiming') ? keptKeywords(call, new Set(['mode']), source) : [],
    others: keptKeywords(call, new Set(['generator']), source),
  };
  return { at: call, tensor: textOf(source, tensor.value), prefix, kept };
}

/** `m.weight.data.normal_(0, 1)`, also at the end of a chain of such methods. */
function methodCall(call: Call, source: Source): Shape | null {
  let object: Expression = call;
  while (object.type === 'Call' && object.callee.type === 'Attribute' && /[a-z]_$/.test(object.callee.name)) {
    object = object.callee.object;
  }
  if (object === call) return null;
  // The functions of `nn.init` write without recording gradients, so the detached view is not needed.
  const tensor = object.type === 'Attribute' && object.name === 'data' ? object.object : object;
  return { at: call, tensor: textOf(source, tensor), prefix: null, kept: nothingKept };
}

/** `torch.zeros(a, b)`, with the arithmetic around it. */
function allocation(call: Call, { source, ancestors }: Written): Shape | null {
  const { callee } = call;
  const prefix = prefixOf(callee, source);
  if (prefix === null || (callee.type !== 'Name' && callee.type !== 'Attribute')) return null;
  const isLike = callee.name.endsWith('_like');
  const drops = allocators[isLike ? callee.name.slice(0, -'_like'.length) : callee.name];
  if (drops === undefined) return null;
  const kept = call.arguments.filter((argument, index) => !isDropped(argument, index, drops, isLike));
  const size = kept.map((argument) => source.text.slice(argument.start, argument.end)).join(', ');
  const tensor = `${prefix}${isLike ? 'empty_like' : 'empty'}(${size})`;
  return { at: outermostArithmetic(call, ancestors), tensor, prefix: null, kept: nothingKept };
}

/** Arguments that say what the memory is filled with: by name, and by position. */
const allocators: Readonly<
  Record<string, { readonly names: readonly string[]; readonly positions: readonly number[] }>
> = {
  zeros: { names: [], positions: [] },
  ones: { names: [], positions: [] },
  empty: { names: [], positions: [] },
  rand: { names: ['generator'], positions: [] },
  randn: { names: ['generator'], positions: [] },
  full: { names: ['fill_value'], positions: [1] },
  normal: { names: ['mean', 'std', 'generator'], positions: [0, 1] },
};

function isDropped(
  { name }: Argument,
  index: number,
  { names, positions }: { readonly names: readonly string[]; readonly positions: readonly number[] },
  isLike: boolean,
): boolean {
  if (name !== null) return names.includes(name);
  return isLike ? index > 0 : positions.includes(index);
}

function outermostArithmetic(call: Call, ancestors: Written['ancestors']): Pick<Span, 'start' | 'end'> {
  let outermost: Pick<Span, 'start' | 'end'> = call;
  for (const node of ancestors.toReversed()) {
    if (node.type !== 'Binary' && node.type !== 'Unary') break;
    outermost = node;
  }
  return outermost;
}

/** The function of `torch.nn.init`, and its arguments behind the tensor. */
export function inWords(
  target: TargetInitializer,
  prefix: string,
  quote: string,
  { mode, others }: Shape['kept'],
): { readonly name: string; readonly settings: readonly string[] } {
  const quoted = (word: string) => `${quote}${word}${quote}`;
  switch (target.scheme) {
    case 'he': {
      const slope = target.slope === undefined ? [] : [`a=${formatNumber(target.slope)}`];
      const kept = target.inputsFirst === true ? [`mode=${quoted('fan_out')}`] : mode;
      const settings = [...slope, ...kept, `nonlinearity=${quoted(target.nonlinearity)}`, ...others];
      return { name: `kaiming_${target.distribution}_`, settings };
    }
    case 'xavier':
      return { name: `xavier_${target.distribution}_`, settings: [...gainOf(target.gain, prefix, quoted), ...others] };
    // Var w = 1 / fan_in is He's formula with the gain of a linear unit.
    case 'lecun':
      return { name: `kaiming_${target.distribution}_`, settings: [`nonlinearity=${quoted('linear')}`, ...others] };
    case 'orthogonal':
      return { name: 'orthogonal_', settings: [...gainOf(target.gain, prefix, quoted), ...others] };
    case 'normal':
      return { name: 'normal_', settings: [`std=${formatNumber(target.std)}`, ...others] };
    case 'zeros':
      return { name: 'zeros_', settings: [] };
    default:
      return target satisfies never;
  }
}

function gainOf(gain: number, prefix: string, quoted: (word: string) => string): readonly string[] {
  const isNear = (value: number) => Math.abs(gain - value) < 1e-3;
  if (isNear(1)) return [];
  const name = isNear(5 / 3) ? 'tanh' : isNear(Math.SQRT2) ? 'relu' : null;
  return [`gain=${name === null ? formatNumber(gain) : `${prefix}calculate_gain(${quoted(name)})`}`];
}
