import { spawnSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { beforeAll, describe, expect, it } from 'vitest';
import type { ModelGraph } from '../../core/graph/graph.ts';
import type { Parameter } from '../../core/graph/parameter.ts';
import { torch } from '../../server/frameworks/torch/index.ts';
import { createAnalyzer } from '../../server/workspace/analyzer.ts';
import { createDiskWorkspace } from '../../server/workspace/disk.ts';

/*
 * The models of `initializers/*.py`, analyzed and instantiated: every parameter's name, shape, mean and standard deviation,
 * and what every module gives out, against PyTorch itself.
 */

const folder = fileURLToPath(new URL('./initializers/', import.meta.url));
const files = readdirSync(folder).filter((name) => name.endsWith('.py'));

interface Measured {
  readonly parameters: readonly {
    readonly name: string;
    readonly shape: readonly number[];
    readonly trainable: boolean;
    readonly mean: number;
    readonly std: number;
    readonly kurtosis: number;
    readonly count: number;
  }[];
  readonly modules: Readonly<Record<string, readonly number[]>>;
  readonly error: string | null;
}

function analyze(file: string): readonly ModelGraph[] {
  const workspace = createDiskWorkspace({ roots: [folder], searchPaths: [] });
  return createAnalyzer(workspace, [torch])
    .analyze(`${folder}${file}`)
    .models.map((model) => model.graph);
}

/** A batch of two; a sequence without one keeps its length. */
const batch = 2;

function concrete(shape: readonly (number | string | null)[]): readonly number[] {
  return shape.map((dim) => (typeof dim === 'number' ? dim : batch));
}

function inputsOf(graph: ModelGraph) {
  return graph.inputs.map((id) => ({
    shape: concrete(graph.layers[id]?.outputShape ?? []),
    integer: graph.layers.some((layer) => layer.op.kind === 'embedding' && layer.inputs.includes(id)),
  }));
}

/** One Python for all files. */
function measure(
  graphs: ReadonlyMap<string, readonly ModelGraph[]>,
): ReadonlyMap<string, Readonly<Record<string, Measured>>> {
  const request = [...graphs].map(([file, models]) => ({
    path: `${folder}${file}`,
    models: models.map((graph) => ({ name: graph.name, inputs: inputsOf(graph) })),
  }));
  const script = fileURLToPath(new URL('./initializers.py', import.meta.url));
  const run = spawnSync('/usr/bin/python3', [script], {
    input: JSON.stringify(request),
    maxBuffer: 2 ** 28,
    encoding: 'utf8',
  });
  if (run.status !== 0) throw new Error(run.stderr);
  const answers = JSON.parse(run.stdout) as readonly Readonly<Record<string, Measured>>[];
  return new Map([...graphs.keys()].map((file, index) => [file, answers[index] ?? {}]));
}

/** How far a sample may be from the truth: five standard errors of its mean and of its standard deviation. */
function differences(ours: Parameter, real: Measured['parameters'][number]): readonly string[] {
  const { mean, std, family } = ours.initializer;
  if (mean === null || std === null) return [`${ours.name}: ${family} with mean ${mean} and std ${std}`];
  const found: string[] = [];
  // Three numbers may lie close together by chance: the wider of the two spreads says how far a sample may stray.
  const spread = Math.max(std, real.std);
  const meanError = (5 * spread) / Math.sqrt(real.count) + 1e-6 * (1 + Math.abs(real.mean));
  const stdError = 5 * spread * Math.sqrt(Math.max(real.kurtosis - 1, 0.1) / (4 * real.count)) + 1e-6;
  if (Math.abs(mean - real.mean) > meanError)
    found.push(`${ours.name}: mean ${mean}, really ${real.mean} ± ${meanError}`);
  if (Math.abs(std - real.std) > stdError) found.push(`${ours.name}: std ${std}, really ${real.std} ± ${stdError}`);
  return found;
}

let graphs: ReadonlyMap<string, readonly ModelGraph[]>;
let measured: ReturnType<typeof measure>;

beforeAll(() => {
  graphs = new Map(files.map((file) => [file, analyze(file)]));
  measured = measure(graphs);
});

describe.each(files)('%s', (file) => {
  let truth: Readonly<Record<string, Measured>>;

  beforeAll(() => {
    truth = measured.get(file) ?? {};
  });

  it('has the parameters of the real models, by name, shape and order', () => {
    for (const graph of graphs.get(file) ?? []) {
      const ours = graph.parameters.map(({ name, shape, trainable }) => ({ name, shape, trainable }));
      const real = truth[graph.name]?.parameters.map(({ name, shape, trainable }) => ({ name, shape, trainable }));
      expect(ours, graph.name).toEqual(real);
    }
  });

  it('knows what every parameter starts with', () => {
    const wrong: string[] = [];
    let compared = 0;
    for (const graph of graphs.get(file) ?? []) {
      for (const [index, parameter] of graph.parameters.entries()) {
        const real = truth[graph.name]?.parameters[index];
        if (real === undefined) continue;
        compared++;
        wrong.push(...differences(parameter, real).map((text) => `${graph.name}.${text}`));
      }
    }
    expect(compared).toBeGreaterThan(5);
    expect(wrong).toEqual([]);
  });

  it('knows the shape that every module gives out', () => {
    for (const graph of graphs.get(file) ?? []) {
      if (graph.inputs.length === 0) continue;
      const real = truth[graph.name];
      expect(real?.error, graph.name).toBeNull();
      const seen = new Set<string>();
      for (const layer of graph.layers) {
        const expected = real?.modules[layer.name];
        if (!layer.isModule || expected === undefined || seen.has(layer.name)) continue;
        seen.add(layer.name);
        expect(layer.outputShape === null ? null : concrete(layer.outputShape), `${graph.name}.${layer.name}`).toEqual(
          expected,
        );
      }
      const output = graph.layers[graph.outputs[0] ?? -1]?.outputShape;
      const whole = real?.modules[''];
      if (whole !== undefined) expect(output == null ? null : concrete(output), graph.name).toEqual(whole);
      expect(seen.size + (whole === undefined ? 0 : 1)).toBeGreaterThan(0);
    }
  });
});
