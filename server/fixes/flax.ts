import type { TargetInitializer } from '../../core/rules/finding.ts';
import type { Expression } from '../syntax/ast.ts';
import { prefixOf } from './arguments.ts';
import { importsOf, nameOf } from './imports.ts';
import type { Replacement } from './replace-initializer.ts';
import type { Source } from './source.ts';
import { formatNumber, quoteOf } from './style.ts';
import type { Written } from './written.ts';

/** Flax: another function of the same module of initializers, with its arguments. */
export function inFlax(target: TargetInitializer, { node, source }: Written): Replacement | null {
  const callee = node.type === 'Call' ? node.callee : node;
  if (!isInitializer(callee)) return null;
  const prefix = siblingPrefix(callee, source) ?? initializersPrefix(source);
  if (prefix === null) return null;
  const { name, text } = spelled(target, prefix, source);
  return { name, edits: [{ path: source.path, start: node.start, end: node.end, text }] };
}

/** `kernel_init=nn.initializers.he_normal()` without its keyword; `null` where the file has no name for the module. */
export function initializerInFlax(target: TargetInitializer, source: Source): string | null {
  const prefix = initializersPrefix(source);
  return prefix === null ? null : spelled(target, prefix, source).text;
}

const families =
  /^(?:zeros|ones|zeros_init|ones_init|constant|uniform|normal|truncated_normal|variance_scaling|(?:delta_)?orthogonal|(?:glorot|xavier|lecun|he|kaiming)_(?:uniform|normal))$/;

/** A draw inside of a function of the user's has no initializer to stand in its place. */
function isInitializer(callee: Expression): callee is Extract<Expression, { type: 'Name' | 'Attribute' }> {
  if (callee.type === 'Name') return true;
  return callee.type === 'Attribute' && families.test(callee.name) && !/\.random$/.test(nameIn(callee.object));
}

function nameIn(object: Expression): string {
  if (object.type === 'Name') return object.name;
  return object.type === 'Attribute' ? `${nameIn(object.object)}.${object.name}` : '';
}

/** `nn.initializers.` of `nn.initializers.zeros`; `nn.zeros_init` itself has few siblings. */
function siblingPrefix(callee: Expression, source: Source): string | null {
  const prefix = prefixOf(callee, source);
  if (prefix === null || prefix === '' || callee.type !== 'Attribute') return null;
  const isTop = /_init$/.test(callee.name) && !/init(?:ializer)?s?\.$/.test(prefix);
  return isTop ? `${prefix}initializers.` : prefix;
}

/** How this file spells the module of initializers. */
function initializersPrefix(source: Source): string | null {
  const imports = importsOf(source.syntax.body);
  return (
    nameOf(imports, 'flax.linen.initializers', '.') ??
    nameOf(imports, 'flax.nnx.initializers', '.') ??
    nameOf(imports, 'jax.nn.initializers', '.') ??
    nameOf(imports, 'flax.linen', '.initializers.') ??
    nameOf(imports, 'flax.nnx', '.initializers.') ??
    nameOf(imports, 'jax.nn', '.initializers.') ??
    nameOf(imports, 'jax', '.nn.initializers.')
  );
}

function spelled(target: TargetInitializer, prefix: string, source: Source): { name: string; text: string } {
  const { name, settings } = functionOf(target, quoteOf(source));
  // `jax.nn.initializers` has only the initializer itself.
  if (name === 'zeros_init') return { name: 'zeros', text: `${prefix}zeros` };
  return { name, text: `${prefix}${name}(${settings.join(', ')})` };
}

function functionOf(target: TargetInitializer, quote: string): { name: string; settings: readonly string[] } {
  switch (target.scheme) {
    case 'he':
      return { name: `he_${target.distribution}`, settings: [] };
    case 'xavier':
      return target.gain === 1
        ? { name: `glorot_${target.distribution}`, settings: [] }
        : { name: 'variance_scaling', settings: scaling(target.gain ** 2, target.distribution, quote) };
    case 'lecun':
      return { name: `lecun_${target.distribution}`, settings: [] };
    case 'orthogonal':
      return { name: 'orthogonal', settings: target.gain === 1 ? [] : [formatNumber(target.gain)] };
    case 'normal':
      return { name: 'normal', settings: [formatNumber(target.std)] };
    case 'zeros':
      return { name: 'zeros_init', settings: [] };
    default:
      return target satisfies never;
  }
}

function scaling(scale: number, distribution: 'normal' | 'uniform', quote: string): readonly string[] {
  const drawn = distribution === 'normal' ? 'truncated_normal' : 'uniform';
  return [formatNumber(scale), `${quote}fan_avg${quote}`, `${quote}${drawn}${quote}`];
}
