import type { BoundArguments, NativeContext } from '../../native.ts';
import { numberOf } from '../../read.ts';
import { namespace, nativeFunction } from '../../table.ts';
import { boolean, type NamespaceValue, number, tuple, unknown, type Value } from '../../values.ts';

type Compute = (x: number, y: number) => number;

function row(name: string, compute: Compute, result: 'float' | 'integer' = 'float'): [string, Value] {
  const evaluate = (given: BoundArguments, context: NativeContext): Value => {
    const x = numberOf(given.get('x'));
    const y = given.given('y') === null ? Number.NaN : numberOf(given.get('y'));
    if (x === null || y === null) return passSymbol(name, given.get('x'));
    const value = compute(x, y);
    if (Number.isNaN(value) && !Number.isNaN(x)) return context.fail('ValueError', 'math domain error');
    return number(value, result === 'float');
  };
  return [name, nativeFunction(`math.${name}`, 'x, y', evaluate)];
}

/** Rounding keeps the name of a size that is not known. */
function passSymbol(name: string, value: Value): Value {
  return value.type === 'dimension' && ['ceil', 'floor', 'trunc'].includes(name) ? value : unknown('number');
}

/** Lanczos' approximation (g = 7, n = 9): relative error under 1e-14. */
function logGamma(x: number): number {
  if (x < 0.5) return Math.log(Math.PI / Math.abs(Math.sin(Math.PI * x))) - logGamma(1 - x);
  const [first = 0, ...rest] = lanczos;
  const t = x - 1 + 7.5;
  const sum = rest.reduce((total, coefficient, index) => total + coefficient / (x + index), first);
  return 0.5 * Math.log(2 * Math.PI) + (x - 0.5) * Math.log(t) - t + Math.log(sum);
}

const lanczos = [
  0.99999999999980993, 676.5203681218851, -1259.1392167224028, 771.32342877765313, -176.61502916214059,
  12.507343278686905, -0.13857109526572012, 9.9843695780195716e-6, 1.5056327351493116e-7,
];

/** By its Maclaurin series near zero and its continued fraction beyond (Abramowitz & Stegun 7.1.5, 7.1.14). */
function erf(x: number): number {
  const a = Math.abs(x);
  if (a > 6) return Math.sign(x);
  if (a < 3) {
    let term = a;
    let sum = a;
    for (let n = 1; Math.abs(term) > 1e-17 * Math.abs(sum) && n < 200; n++) {
      term *= (-a * a) / n;
      sum += term / (2 * n + 1);
    }
    return (Math.sign(x) * 2 * sum) / Math.sqrt(Math.PI);
  }
  let fraction = 0;
  for (let n = 60; n > 0; n--) fraction = n / 2 / (a + fraction);
  return Math.sign(x) * (1 - Math.exp(-a * a) / (Math.sqrt(Math.PI) * (a + fraction)));
}

function greatestDivisor(a: number, b: number): number {
  return b === 0 ? Math.abs(a) : greatestDivisor(b, a % b);
}

export const mathRows: readonly (readonly [string, Value])[] = [
  row('sqrt', Math.sqrt),
  row('exp', Math.exp),
  row('expm1', Math.expm1),
  row('log', (x, y) => (Number.isNaN(y) ? Math.log(x) : Math.log(x) / Math.log(y))),
  row('log2', Math.log2),
  row('log10', Math.log10),
  row('log1p', Math.log1p),
  row('pow', (x, y) => x ** y),
  row('sin', Math.sin),
  row('cos', Math.cos),
  row('tan', Math.tan),
  row('asin', Math.asin),
  row('acos', Math.acos),
  row('atan', Math.atan),
  row('atan2', Math.atan2),
  row('sinh', Math.sinh),
  row('cosh', Math.cosh),
  row('tanh', Math.tanh),
  row('erf', erf),
  row('lgamma', logGamma),
  row('gamma', (x) => Math.exp(logGamma(x))),
  row('radians', (x) => (x * Math.PI) / 180),
  row('degrees', (x) => (x * 180) / Math.PI),
  row('fabs', Math.abs),
  row('fmod', (x, y) => x % y),
  row('hypot', (x, y) => Math.hypot(x, y)),
  row('copysign', (x, y) => Math.abs(x) * (y < 0 || Object.is(y, -0) ? -1 : 1)),
  row('floor', Math.floor, 'integer'),
  row('ceil', Math.ceil, 'integer'),
  row('trunc', Math.trunc, 'integer'),
  row('isqrt', (x) => Math.floor(Math.sqrt(x)), 'integer'),
  row('gcd', greatestDivisor, 'integer'),
  row('lcm', (x, y) => Math.abs(x * y) / greatestDivisor(x, y), 'integer'),
  row('comb', (n, k) => Math.round(Math.exp(logGamma(n + 1) - logGamma(k + 1) - logGamma(n - k + 1))), 'integer'),
  row('factorial', (n) => Math.round(Math.exp(logGamma(n + 1))), 'integer'),
];

export const mathModule: NamespaceValue = namespace('math', {
  pi: number(Math.PI, true),
  e: number(Math.E, true),
  tau: number(2 * Math.PI, true),
  inf: number(Number.POSITIVE_INFINITY, true),
  nan: number(Number.NaN, true),
  isnan: check('isnan', Number.isNaN),
  isinf: check('isinf', (x) => Math.abs(x) === Number.POSITIVE_INFINITY),
  isfinite: check('isfinite', Number.isFinite),
  isclose: nativeFunction('math.isclose', 'a, b, *, rel_tol=1e-09, abs_tol=0.0', (given) => {
    const [a, b, relative, absolute] = ['a', 'b', 'rel_tol', 'abs_tol'].map((name) => numberOf(given.get(name)));
    if (a == null || b == null || relative == null || absolute == null) return unknown('condition');
    return boolean(Math.abs(a - b) <= Math.max(relative * Math.max(Math.abs(a), Math.abs(b)), absolute));
  }),
  prod: nativeFunction('math.prod', 'items, *, start=1', (given, context) => {
    const items = context.iterate(given.get('items'));
    if (items === null) return unknown('product');
    return items.reduce((product, item) => context.operate('*', product, item), given.get('start'));
  }),
  fsum: nativeFunction('math.fsum', 'items', (given, context) => {
    const items = context.iterate(given.get('items'));
    if (items === null) return unknown('sum');
    return items.reduce((sum, item) => context.operate('+', sum, item), number(0, true));
  }),
  modf: nativeFunction('math.modf', 'x', (given) => {
    const x = numberOf(given.get('x'));
    return x === null ? unknown('parts') : tuple([number(x % 1, true), number(Math.trunc(x), true)]);
  }),
  ...Object.fromEntries(mathRows),
});

function check(name: string, test: (x: number) => boolean): Value {
  return nativeFunction(`math.${name}`, 'x', (given) => {
    const x = numberOf(given.get('x'));
    return x === null ? unknown('condition') : boolean(test(x));
  });
}
