import type { ActivationName, Op } from '../graph/op.ts';
import { activationOf } from '../maths/activation.ts';
import { normalDistribution } from '../maths/gaussian.ts';

/*
 * Activations that are written out: `x * torch.sigmoid(x)`, `0.5 * x * (1 + torch.tanh(…))`. Their factors are made of one tensor, so
 * that a product of independent ones is far from them. Many ways of writing lead to one function: what is compared are its values
 * at a few points, not the way.
 */

/** A node of a graph, as far as it matters here; `-1` is an input of which nothing is known. */
export interface Step {
  readonly id: number;
  readonly op: Op;
  readonly inputs: readonly number[];
}

/** What nodes compute after all, by id. The last node of an activation has its result; what was between may now be of no use. */
export function namedActivations(steps: readonly Step[]): ReadonlyMap<number, Pick<Step, 'op' | 'inputs'>> {
  const named = new Map<number, Pick<Step, 'op' | 'inputs'>>();
  for (const { end, source, values } of productsOfOne(steps)) {
    const found = nameOf(values, factorsBetween(source, end));
    if (found === null) continue;
    const { fn, inner, outer } = found;
    const activation: Op = { kind: 'activation', fn };
    if (inner.factor === 1 && outer === 1) {
      named.set(end.id, { op: activation, inputs: [source.id] });
      continue;
    }
    const [only, ...others] = end.readers;
    if (inner.factor === 1 && only?.op.kind === 'affine' && others.length === 0) {
      // `x * relu6(x + 3) / 6`: the division belongs to it.
      if (isClose(only.op.factor * outer, 1) && only.op.offset === 0)
        named.set(only.id, { op: activation, inputs: [source.id] });
      continue;
    }
    // `x * sigmoid(1.702 * x)`: the function of a multiple, and another multiple of that.
    const bent = inner.node?.readers.find(
      (node) => node.op.kind === 'activation' && node.readers.every((at) => at === end),
    );
    if (inner.node === null || bent === undefined) continue;
    named.set(bent.id, { op: activation, inputs: [inner.node.id] });
    named.set(end.id, { op: { kind: 'affine', factor: outer, offset: 0 }, inputs: [bent.id] });
  }
  return named;
}

/** Products of a tensor with a function of itself that has no name: nothing is known of them. */
export function unnamedProducts(steps: readonly Step[]): ReadonlySet<number> {
  return new Set([...productsOfOne(steps)].map(({ end }) => end.id));
}

interface Node extends Step {
  readonly from: readonly (Node | null)[];
  readonly readers: Node[];
}

/** A node that multiplies or divides two functions of one tensor, and what it makes of it at `points`. */
interface ProductOfOne {
  readonly end: Node;
  readonly source: Node;
  readonly values: Float64Array;
}

const points = Float64Array.of(-7, -4, -2.6, -1.7, -0.9, -0.3, 0.1, 0.2, 0.7, 1.4, 2.5, 3.7, 6);
/** No activation that people write takes more steps. */
const maxSteps = 24;
/** Tensors that both factors are made of: the nearest ones are tried first. */
const maxSources = 6;

function* productsOfOne(steps: readonly Step[]): Generator<ProductOfOne> {
  const nodes = new Map<number, Node>();
  const ends: Node[] = [];
  for (const { id, op, inputs } of steps) {
    const from = inputs.map((input) => nodes.get(input) ?? null);
    const node: Node = { id, op, inputs, from, readers: [] };
    for (const input of new Set(from)) input?.readers.push(node);
    nodes.set(id, node);
    if (inputs.length === 2 && (op.kind === 'multiply' || isCalled(op, 'divide'))) ends.push(node);
  }
  for (const end of ends) {
    const [first, second] = end.from;
    if (first == null || second == null) continue;
    const made = madeOf(second);
    const common = [...madeOf(first)].filter((node) => made.has(node)).sort((a, b) => b.id - a.id);
    for (const source of common.slice(0, maxSources)) {
      const values = valuesAt(end, source);
      if (values === null) continue;
      yield { end, source, values };
      break;
    }
  }
}

/** A node and all that it is made of by functions of single elements. */
function madeOf(node: Node): ReadonlySet<Node> {
  const made = new Set([node]);
  for (const at of made) {
    if (made.size > maxSteps) break;
    if (elementwise(at) !== null) for (const input of at.from) if (input !== null) made.add(input);
  }
  return made;
}

/** What `end` makes of `source` at the points; `null` where it is made of something else too. */
function valuesAt(end: Node, source: Node): Float64Array | null {
  const known = new Map<Node, Float64Array | null>([[source, points]]);
  return ask(end);

  function ask(node: Node): Float64Array | null {
    const found = known.get(node);
    if (found !== undefined) return found;
    if (known.size > maxSteps) return null;
    // A node may not be made of itself, but what is half-typed may well say so.
    known.set(node, null);
    const f = elementwise(node);
    const inputs = f === null ? [] : node.from.map((input) => (input === null ? null : ask(input)));
    const made =
      f === null || inputs.includes(null) ? null : points.map((_, i) => f(inputs[0]?.[i] ?? 0, inputs[1]?.[i] ?? 0));
    known.set(node, made);
    return made;
  }
}

/** What the op makes of one element of each input. */
function elementwise({ op, inputs }: Step): ((a: number, b: number) => number) | null {
  const isPair = inputs.length === 2;
  switch (op.kind) {
    case 'activation':
      return activationOf(op.fn, op.parameter).value;
    case 'affine':
      return (a) => op.factor * a + op.offset;
    case 'constant': {
      const { value } = op;
      return value === null ? null : () => value;
    }
    case 'add':
      return isPair ? (a, b) => a + b : null;
    case 'subtract':
      return isPair ? (a, b) => a - b : null;
    case 'multiply':
      return isPair ? (a, b) => a * b : null;
    case 'unknown':
      if (op.name === 'erf') return (a) => 2 * normalDistribution(a * Math.SQRT2) - 1;
      return op.name === 'divide' && isPair ? (a, b) => a / b : null;
    default:
      return null;
  }
}

function isCalled(op: Op, name: string): boolean {
  return op.kind === 'unknown' && op.name === name;
}

/** A constant multiple of the source on the way. */
interface Inner {
  readonly factor: number;
  readonly node: Node | null;
}

function factorsBetween(source: Node, end: Node): readonly Inner[] {
  const multiples = source.readers.flatMap((node): Inner[] =>
    node !== end && node.op.kind === 'affine' && node.op.offset === 0 ? [{ factor: node.op.factor, node }] : [],
  );
  return [{ factor: 1, node: null }, ...multiples];
}

const names: readonly ActivationName[] = ['silu', 'gelu', 'geluTanh', 'mish', 'hardSwish', 'softsign', 'square'];

/** f(x) = outer · g(inner · x) with a function g that has a name. */
function nameOf(
  values: Float64Array,
  factors: readonly Inner[],
): { readonly fn: ActivationName; readonly inner: Inner; readonly outer: number } | null {
  for (const inner of factors) {
    for (const fn of names) {
      const { value } = activationOf(fn);
      const expected = points.map((x) => value(inner.factor * x));
      const last = expected.length - 1;
      const outer = (values[last] ?? 0) / (expected[last] ?? 1);
      if (!Number.isFinite(outer) || outer === 0) continue;
      if (values.every((at, i) => Math.abs(at - outer * (expected[i] ?? 0)) < tolerance * Math.abs(outer)))
        return { fn, inner, outer: isClose(outer, 1) ? 1 : outer };
    }
  }
  return null;
}

/** Constants are written with few digits: GELU's two forms are 3e-4 apart, 1.702 times a sigmoid 0.02. */
const tolerance = 2e-5;

function isClose(value: number, other: number): boolean {
  return Math.abs(value / other - 1) < 1e-4;
}
