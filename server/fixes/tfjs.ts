import type { TargetInitializer } from '../../core/rules/finding.ts';
import type { Expression } from '../syntax/ast.ts';
import { prefixOf } from './arguments.ts';
import type { Replacement } from './replace-initializer.ts';
import { type Source, textOf } from './source.ts';
import { formatNumber, quoteOf } from './style.ts';
import type { Written } from './written.ts';

/** TensorFlow.js: a string gets another name, a call of `tf.initializers` another function of it. */
export function inTfjs(target: TargetInitializer, { node, ancestors, source }: Written): Replacement | null {
  const initializer = written(target, node, source);
  // `{ kernelInitializer }` stands for `{ kernelInitializer: kernelInitializer }`.
  const parent = ancestors.at(-1);
  const isShorthand =
    parent?.type === 'Dict' &&
    parent.entries.some(({ key, value }) => key?.start === node.start && value.start === node.start);
  const text = isShorthand && initializer !== null ? `${textOf(source, node)}: ${initializer}` : initializer;
  return text === null
    ? null
    : { name: nameOf(target), edits: [{ path: source.path, start: node.start, end: node.end, text }] };
}

/** The string that names an initializer. */
export function stringInTfjs(target: TargetInitializer, source: Source): string {
  return quoteOf(source) + nameOf(target) + quoteOf(source);
}

function written(target: TargetInitializer, node: Expression, source: Source): string | null {
  const name = nameOf(target);
  if (node.type === 'String') {
    const [, quote = quoteOf(source)] = /^(['"`])/.exec(textOf(source, node)) ?? [];
    return quote + name + quote;
  }
  if (node.type === 'Name') return quoteOf(source) + name + quoteOf(source);
  if (node.type !== 'Call') return null;
  const prefix = prefixOf(node.callee, source);
  // A function that was imported by name brings no other one with it, but every initializer has a string.
  if (prefix === null || prefix === '') return quoteOf(source) + name + quoteOf(source);
  const settings = [...settingsOf(target), ...keptSeed(node, source)];
  return `${prefix}${name}({${settings.length === 0 ? '' : ` ${settings.join(', ')} `}})`;
}

function keptSeed(call: Extract<Expression, { type: 'Call' }>, source: Source): readonly string[] {
  const options = call.arguments[0]?.value;
  if (options?.type !== 'Dict') return [];
  return options.entries.flatMap(({ key, value }) => {
    const name = key?.type === 'String' ? key.value : key?.type === 'Name' ? key.name : null;
    return name === 'seed' ? [`seed: ${textOf(source, value)}`] : [];
  });
}

function nameOf(target: TargetInitializer): string {
  switch (target.scheme) {
    case 'he':
      return target.distribution === 'normal' ? 'heNormal' : 'heUniform';
    case 'xavier':
      return target.distribution === 'normal' ? 'glorotNormal' : 'glorotUniform';
    case 'lecun':
      return target.distribution === 'normal' ? 'leCunNormal' : 'leCunUniform';
    case 'orthogonal':
      return 'orthogonal';
    case 'normal':
      return 'randomNormal';
    case 'zeros':
      return 'zeros';
    default:
      return target satisfies never;
  }
}

function settingsOf(target: TargetInitializer): readonly string[] {
  if (target.scheme === 'normal') return [`stddev: ${formatNumber(target.std)}`];
  return target.scheme === 'orthogonal' && target.gain !== 1 ? [`gain: ${formatNumber(target.gain)}`] : [];
}
