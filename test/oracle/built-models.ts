import type { ModelGraph } from '../../core/graph/graph.ts';
import type { Parameter } from '../../core/graph/parameter.ts';
import type { Shape } from '../../core/graph/shape.ts';
import type { Analyzer } from '../../server/workspace/analysis.ts';
import type { PlainArguments } from '../../server/workspace/construct.ts';

/* What the analyzer reads from a model collection's sources, against the models that the collection builds. */

/** A model as its library builds it: a line of what `*_truth.py` prints. */
export interface BuiltModel {
  readonly name: string;
  readonly symbol: string;
  readonly path: string;
  /** The text of the file, where it is not one of the library's. */
  readonly source?: string;
  /** Constructor arguments, as `--args` takes them. */
  readonly arguments: PlainArguments;
  readonly parameters: readonly BuiltParameter[];
  readonly inputs: readonly (readonly number[])[] | null;
  /** Module and output shape, per call; `null` where the output is no tensor. */
  readonly outputs: readonly (readonly [name: string, shape: readonly number[] | null])[] | null;
}

interface BuiltParameter {
  readonly name: string;
  readonly shape: readonly number[];
  readonly trainable: boolean;
  readonly mean: number;
  readonly std: number;
}

/** How many of a model's parameters and of its modules' outputs we get right. */
export interface Score {
  readonly parameters: Tally;
  readonly outputs: Tally;
  /** Parameters of ours that the model does not have. */
  readonly invented: number;
  readonly milliseconds: number;
  /** What is not right, in words. */
  readonly problems: readonly string[];
}

export interface Tally {
  readonly total: number;
  readonly right: number;
  readonly wrong: number;
}

/** Analyzes the builder's source as `initscope inspect FILE:SYMBOL --args … --input …` does, and compares. */
export function scoreModel(analyzer: Analyzer, built: BuiltModel): Score {
  const started = process.cpuUsage();
  const analysis = analyzer.analyze(built.path, {
    symbol: built.symbol,
    arguments: built.arguments,
    ...(built.inputs === null ? {} : { inputs: built.inputs }),
  });
  // Processor time: what else the machine does at the moment is not ours.
  const milliseconds = process.cpuUsage(started).user / 1000;
  const graph = analysis.models[0]?.graph;
  const notes = analysis.notes.map((note) => `note: ${note.message}`);
  const parameters = compareParameters(graph?.parameters ?? [], built.parameters);
  const outputs = compareOutputs(graph, built);
  return {
    parameters: parameters.tally,
    outputs: outputs.tally,
    invented: parameters.invented,
    milliseconds,
    problems: [...parameters.problems, ...outputs.problems, ...notes],
  };
}

function compareParameters(ours: readonly Parameter[], built: readonly BuiltParameter[]) {
  const byName = new Map(ours.map((parameter) => [parameter.name, parameter]));
  const problems: string[] = [];
  let right = 0;
  let wrong = 0;
  for (const parameter of built) {
    const own = byName.get(parameter.name);
    byName.delete(parameter.name);
    const verdict = own === undefined ? { isWrong: false, problem: 'not found' } : judgeParameter(own, parameter);
    if (verdict === null) right++;
    else {
      if (verdict.isWrong) wrong++;
      problems.push(`${parameter.name} [${parameter.shape}]: ${verdict.problem}`);
    }
  }
  for (const name of byName.keys()) problems.push(`${name}: the model has no such parameter`);
  return { tally: { total: built.length, right, wrong }, invented: byName.size, problems };
}

/** `null`: right. What we do not know is not wrong. */
function judgeParameter(ours: Parameter, built: BuiltParameter): { isWrong: boolean; problem: string } | null {
  const shape = `${ours.shape}`;
  if (ours.shape.some((dim) => typeof dim !== 'number')) return { isWrong: false, problem: `shape unknown: ${shape}` };
  if (shape !== `${built.shape}`) return { isWrong: true, problem: `shape ${shape}` };
  if (ours.trainable !== built.trainable) return { isWrong: true, problem: `trainable: ${ours.trainable}` };
  const { mean, std, family } = ours.initializer;
  if (ours.overwrittenByUnknown === true || mean === null || std === null || family === 'uninitialized')
    return { isWrong: false, problem: `values unknown: ${family}` };
  const size = built.shape.reduce((product, dim) => product * dim, 1);
  // Five percent, and four standard errors of what was drawn.
  const rounding = 1e-6 * (1 + Math.abs(mean));
  const meanTolerance = 0.05 * Math.max(std, Math.abs(mean)) + 4 * (std / Math.sqrt(size)) + rounding;
  const stdTolerance = 0.05 * std + 4 * (std / Math.sqrt(2 * size)) + rounding;
  // The sample's own standard deviation falls short of the distribution's by its degree of freedom.
  const expected = std * Math.sqrt((size - 1) / size);
  if (Math.abs(mean - built.mean) <= meanTolerance && Math.abs(expected - built.std) <= stdTolerance) return null;
  const figures = (m: number, s: number) => `mean ${m.toPrecision(3)} std ${s.toPrecision(3)}`;
  return { isWrong: true, problem: `${family} ${figures(mean, std)}, really ${figures(built.mean, built.std)}` };
}

/** Every call of a module against the node of that name; we number the later calls of a module (`relu`, `relu_1`). */
function compareOutputs(graph: ModelGraph | undefined, built: BuiltModel): { tally: Tally; problems: string[] } {
  const ours = new Map<string, Shape | null>();
  for (const layer of graph?.layers ?? []) if (layer.isModule) ours.set(layer.name, layer.outputShape);
  const calls = new Map<string, number>();
  const tally = { total: 0, right: 0, wrong: 0 };
  const problems: string[] = [];
  for (const [name, shape] of built.outputs ?? []) {
    if (shape === null) continue;
    tally.total++;
    const call = calls.get(name) ?? 0;
    calls.set(name, call + 1);
    const own = ours.get(call === 0 ? name : `${name}_${call}`) ?? null;
    if (own !== null && isSameShape(own, shape)) tally.right++;
    else {
      if (own?.slice(1).every((dim) => typeof dim === 'number') === true) tally.wrong++;
      problems.push(
        `${name} (call ${call}): output ${own?.map(String).join('×') ?? 'unknown'}, really ${shape.join('×')}`,
      );
    }
  }
  return { tally, problems };
}

/** The batch may be left open. */
function isSameShape(ours: Shape, built: readonly number[]): boolean {
  return ours.length === built.length && ours.every((dim, axis) => dim === built[axis] || (axis === 0 && dim === null));
}
