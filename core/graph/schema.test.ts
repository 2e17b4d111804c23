import fc from 'fast-check';
import * as v from 'valibot';
import { describe, expect, it } from 'vitest';
import { graphBuilder } from '../testing/graph-builder.ts';
import type { ModelGraph } from './graph.ts';
import { graphProblem, graphSchema } from './schema.ts';

/** Random graphs: stacks of dense, convolution, normalization, activation and residual sums. */
const graphs = fc
  .array(fc.constantFrom('conv', 'norm', 'activation', 'skip', 'pool'), { maxLength: 12 })
  .map(convolutional);

function convolutional(kinds: readonly string[]): ModelGraph {
  const b = graphBuilder();
  let x = b.conv(b.input([null, 3, 'height', null]), 8, 3);
  let skip = x;
  for (const kind of kinds) {
    if (kind === 'conv') x = b.conv(x, 8, 3);
    else if (kind === 'norm') x = b.batchNorm(x);
    else if (kind === 'activation') x = b.activation(x, 'leakyRelu', 0.2);
    else if (kind === 'skip') {
      x = b.add(x, skip);
      skip = x;
    } else x = b.op({ kind: 'adaptiveAveragePool', output: [2, 2], layout: 'channelsFirst' }, [x]);
  }
  return b.build(x);
}

/** All places of a JSON value, as paths. */
function pathsOf(value: unknown, path: readonly (string | number)[] = []): readonly (readonly (string | number)[])[] {
  if (typeof value !== 'object' || value === null) return [path];
  return [path, ...Object.entries(value).flatMap(([key, entry]) => pathsOf(entry, [...path, key]))];
}

function put(value: unknown, path: readonly (string | number)[], replacement: unknown): void {
  let at = value as Record<string | number, unknown>;
  for (const key of path.slice(0, -1)) at = at[key] as Record<string | number, unknown>;
  at[path[path.length - 1] ?? ''] = replacement;
}

describe('graphSchema', () => {
  it('takes every graph after a round trip through JSON', () => {
    fc.assert(
      fc.property(graphs, (graph) => {
        const copy: unknown = JSON.parse(JSON.stringify(graph));
        expect(graphProblem(copy)).toBeNull();
        expect(v.parse(graphSchema, copy)).toEqual(graph);
      }),
    );
  });

  it('refuses a graph in which anything became an object of another kind', () => {
    fc.assert(
      fc.property(graphs, fc.nat(), (graph, seed) => {
        const copy: unknown = JSON.parse(JSON.stringify(graph));
        const paths = pathsOf(copy).filter((path) => path.length > 0);
        const path = paths[seed % paths.length] ?? [];
        put(copy, path, { surprise: true });
        expect(graphProblem(copy), path.join('.')).not.toBeNull();
      }),
    );
  });

  it.each<[string, (graph: ModelGraph) => unknown, RegExp]>([
    ['a layer that reads a later one', (g) => ({ ...g, layers: g.layers.toReversed() }), /does not come before/],
    ['a layer twice', (g) => ({ ...g, layers: [...g.layers, ...g.layers] }), /twice/],
    [
      'a missing parameter',
      (g) => ({ ...g, parameters: g.parameters.slice(1) }),
      /has parameter 0, which does not exist/,
    ],
    ['an output that is not there', (g) => ({ ...g, outputs: [999] }), /999 does not exist/],
    [
      'an op that nobody knows',
      (g) => ({ ...g, layers: g.layers.map((l) => ({ ...l, op: { kind: 'magic' } })) }),
      /unknown op magic/,
    ],
    [
      'an infinite number',
      (g) => ({ ...g, parameters: g.parameters.map((p) => ({ ...p, fanIn: Number.POSITIVE_INFINITY })) }),
      /fanIn/,
    ],
    ['no graph at all', () => null, /expected an object/],
  ])('refuses %s', (_, corrupt, message) => {
    const corrupted = corrupt(convolutional(['norm', 'activation', 'conv', 'skip']));
    expect(graphProblem(corrupted)).toMatch(message);
    const result = v.safeParse(graphSchema, corrupted);
    expect(result.success).toBe(false);
    expect(result.issues?.[0]?.message).toMatch(message);
  });

  it('checks a thousand layers in a few milliseconds', () => {
    const graph = convolutional(Array.from({ length: 1000 }, (_, i) => (i % 2 === 0 ? 'conv' : 'norm')));
    graphProblem(graph);
    const start = performance.now();
    for (let i = 0; i < 5; i++) expect(graphProblem(graph)).toBeNull();
    expect((performance.now() - start) / 5).toBeLessThan(50);
  });
});
