import type { ModelGraph } from '../../core/graph/graph.ts';
import type { Parameter } from '../../core/graph/parameter.ts';
import type { Shape } from '../../core/graph/shape.ts';
import type { Framework } from '../../server/frameworks/framework.ts';
import { createAnalyzer } from '../../server/workspace/analyzer.ts';
import { createMemoryWorkspace } from '../../server/workspace/memory.ts';

/** What a framework says of a model that it has built. */
export interface RealModel {
  /** Those that can be trained, frozen ones too; no moving averages. */
  readonly weights: readonly {
    readonly name: string;
    readonly shape: readonly number[];
    readonly trainable: boolean;
    /** Of its initial values. */
    readonly mean: number;
    readonly std: number;
  }[];
  /** Shapes where the layer has one output. */
  readonly layers: readonly { readonly name: string; readonly outputShape: readonly (number | null)[] | null }[];
}

/** The graph of the variable `model`. */
export function analyzeSource(path: string, source: string, framework: Framework): ModelGraph {
  const analyzer = createAnalyzer(createMemoryWorkspace({ [path]: source }), [framework]);
  const analysis = analyzer.analyze(path, { symbol: 'model' });
  const [model] = analysis.models;
  if (model === undefined) throw new Error(`no model: ${analysis.notes.map((note) => note.message).join('; ')}`);
  return model.graph;
}

/**
 * Where the graph and the real model differ, in words. Names are compared up to the numbers that a process gives to layers
 * of one class: those depend on what was built before.
 */
export function compareModels(graph: ModelGraph, real: RealModel): string[] {
  const differences: string[] = [];
  const left = [...real.weights];
  if (left.length !== graph.parameters.length) {
    return [`weights: ours ${graph.parameters.map(({ name }) => name)}, real ${left.map(({ name }) => name)}`];
  }
  for (const parameter of graph.parameters) {
    const at = left.findIndex(
      (weight) => sameName(weight.name, parameter.name) && `${weight.shape}` === `${parameter.shape}`,
    );
    const [weight] = at < 0 ? [] : left.splice(at, 1);
    if (weight === undefined) {
      const named = left.filter((other) => sameName(other.name, parameter.name)).map(({ shape }) => `${shape}`);
      differences.push(`${parameter.name} [${parameter.shape}] is not among ${left.map(({ name }) => name)} ${named}`);
      continue;
    }
    const problem = compareValues(parameter, weight);
    if (problem !== null) differences.push(`${parameter.name}: ${problem}`);
  }
  for (const { name, outputShape } of real.layers) {
    const shapes = graph.layers
      .filter((layer) => layer.isModule && sameName(layer.name, name))
      .map((layer) => layer.outputShape);
    if (shapes.length === 0 || outputShape === null) continue;
    if (!shapes.some((shape) => isSameShape(outputShape, shape)))
      differences.push(`${name}: output ${shapes.join(' or ')}, really ${outputShape}`);
  }
  return differences;
}

/** The batch does not count, and neither does what the framework itself does not know. */
function isSameShape(real: readonly (number | null)[], ours: Shape | null): boolean {
  return ours?.length === real.length && real.every((dim, axis) => axis === 0 || dim === null || ours[axis] === dim);
}

/** Mean and std of the values against the predicted ones, within five standard errors: hundreds are drawn in every run. */
function compareValues(parameter: Parameter, real: RealModel['weights'][number]): string | null {
  const { mean, std, family } = parameter.initializer;
  if (parameter.trainable !== real.trainable) return `trainable: ${parameter.trainable}`;
  const n = real.shape.reduce((product, dim) => product * dim, 1);
  if (mean === null || std === null) return `predicted nothing (${family})`;
  const meanError = 5 * (std / Math.sqrt(n)) + 1e-6;
  const stdError = std * (5 / Math.sqrt(2 * n)) + 1e-6;
  if (Math.abs(real.mean - mean) <= meanError && Math.abs(real.std - std) <= stdError) return null;
  return `mean ${mean} std ${std}, really ${real.mean} and ${real.std}`;
}

/** `dense_Dense3/kernel` and `dense_Dense1/kernel`; Keras also puts the model's name in front. */
function sameName(real: string, ours: string): boolean {
  const plain = (name: string) => name.replace(/(?<=[a-z]D?)\d+(?=\/|$)/gi, '').replace(/_\d+(?=\/|$)/g, '');
  const [a, b] = [plain(real), plain(ours)];
  return a === b || a.endsWith(`/${b}`) || b.endsWith(`/${a}`);
}
