import type { TargetInitializer } from '../../core/rules/finding.ts';
import type { Expression, Statement } from '../syntax/ast.ts';
import { keptKeywords, prefixOf } from './arguments.ts';
import type { Replacement } from './replace-initializer.ts';
import { type Source, textOf } from './source.ts';
import { formatNumber, quoteOf } from './style.ts';
import type { Written } from './written.ts';

/** Keras: a string gets another name, a class or call another class of the same module. */
export function inKeras(target: TargetInitializer, { node, source }: Written): Replacement | null {
  const text = written(target, node, source);
  return text === null
    ? null
    : { name: classOf(target), edits: [{ path: source.path, start: node.start, end: node.end, text }] };
}

/** The string that names an initializer; `null` where it has settings, which no string has. */
export function stringInKeras(target: TargetInitializer, source: Source): string | null {
  return settingsOf(target).length === 0 ? quoted(classOf(target), source) : null;
}

function written(target: TargetInitializer, node: Expression, source: Source): string | null {
  const name = classOf(target);
  if (node.type === 'String') {
    const settings = settingsOf(target);
    const prefix = settings.length === 0 ? null : initializersPrefix(source.syntax.body);
    if (settings.length > 0) return prefix === null ? null : `${prefix}${name}(${settings.join(', ')})`;
    const [, quote = quoteOf(source)] = /^(['"])/.exec(textOf(source, node)) ?? [];
    return quote + (/^[A-Z]/.test(node.value) ? name : snake(name)) + quote;
  }
  if (node.type === 'Name') return quoted(name, source);
  if (node.type === 'Attribute') return `${prefixOf(node, source)}${name}`;
  if (node.type !== 'Call' || (node.callee.type !== 'Name' && node.callee.type !== 'Attribute')) return null;
  const made = spelled(target, node.callee, source);
  // A class that was imported by name brings no other class with it, but every initializer has a string.
  if (made === null) return quoted(name, source);
  return `${made}(${[...settingsOf(target), ...keptKeywords(node, new Set(['seed']), source)].join(', ')})`;
}

function spelled(
  target: TargetInitializer,
  callee: Extract<Expression, { type: 'Name' | 'Attribute' }>,
  source: Source,
): string | null {
  const prefix = prefixOf(callee, source);
  if (prefix === null || prefix === '') return null;
  // `tf.zeros_initializer()` and `tf.random_normal_initializer()` have no siblings for He and Glorot.
  if (callee.name.endsWith('_initializer')) return `${prefix}keras.initializers.${classOf(target)}`;
  return prefix + (/^[A-Z]/.test(callee.name) || callee.name === 'get' ? classOf(target) : snake(classOf(target)));
}

function quoted(name: string, source: Source): string {
  return quoteOf(source) + snake(name) + quoteOf(source);
}

function classOf(target: TargetInitializer): string {
  switch (target.scheme) {
    case 'he':
      return target.distribution === 'normal' ? 'HeNormal' : 'HeUniform';
    case 'xavier':
      return target.distribution === 'normal' ? 'GlorotNormal' : 'GlorotUniform';
    case 'lecun':
      return target.distribution === 'normal' ? 'LecunNormal' : 'LecunUniform';
    case 'orthogonal':
      return 'Orthogonal';
    case 'normal':
      return 'RandomNormal';
    case 'zeros':
      return 'Zeros';
    default:
      return target satisfies never;
  }
}

/** Keras' Glorot and He have no gain. */
function settingsOf(target: TargetInitializer): readonly string[] {
  if (target.scheme === 'normal') return [`stddev=${formatNumber(target.std)}`];
  return target.scheme === 'orthogonal' && target.gain !== 1 ? [`gain=${formatNumber(target.gain)}`] : [];
}

function snake(name: string): string {
  return name.replace(/(?<=[a-z])([A-Z])/g, '_$1').toLowerCase();
}

/** How this file spells `keras.initializers.`, or `null`. */
function initializersPrefix(body: readonly Statement[]): string | null {
  for (const statement of body) {
    if (statement.type === 'ImportFrom') {
      const found = statement.names.find(({ name }) => name === 'initializers' || name === 'keras');
      if (found?.name === 'initializers') return `${found.alias ?? 'initializers'}.`;
      if (found !== undefined) return `${found.alias ?? 'keras'}.initializers.`;
    }
    if (statement.type === 'Import' && statement.module === 'keras')
      return `${statement.alias ?? 'keras'}.initializers.`;
    if (statement.type === 'Import' && statement.module === 'tensorflow') {
      return `${statement.alias ?? 'tensorflow'}.keras.initializers.`;
    }
  }
  return null;
}
