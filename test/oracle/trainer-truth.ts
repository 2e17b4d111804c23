import { execFileSync } from 'node:child_process';
import path from 'node:path';
import type { ModelGraph } from '../../core/graph/graph.ts';
import { createFrameworks } from '../../server/frameworks/all.ts';
import { createAnalyzer } from '../../server/workspace/analyzer.ts';
import { createDiskWorkspace } from '../../server/workspace/disk.ts';
import { systemPython } from '../system.ts';
import { losses } from './trainer-gradients.ts';

/** What one backward pass gives in the framework itself, in float64, from weights and a batch that float32 holds exactly. */
export interface Truth {
  readonly model: string;
  readonly loss: 'ce' | 'ce-last' | 'ce-image' | 'mse' | 'bce';
  readonly shape: readonly number[];
  readonly batch: number;
  readonly outputShape: readonly number[];
  readonly inputs: Float32Array;
  readonly target: Float32Array;
  readonly value: number;
  readonly weights: ReadonlyMap<string, Float32Array>;
  readonly gradients: ReadonlyMap<string, Float32Array>;
  readonly outputGradient: Float32Array;
}

/** A line of the Python program: arrays as base64 of little-endian float32. */
export type PackedTruth = Omit<Truth, 'inputs' | 'target' | 'weights' | 'gradients' | 'outputGradient'> & {
  readonly inputs: string;
  readonly target: string;
  readonly outputGradient: string;
  readonly weights: Readonly<Record<string, string>>;
  readonly gradients: Readonly<Record<string, string>>;
};

const modelsFile = path.join(import.meta.dirname, 'trainer_models.py');

export function readTruth(): readonly PackedTruth[] {
  const output = execFileSync(systemPython, [modelsFile], { encoding: 'utf8', maxBuffer: 1 << 28 });
  return output
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as PackedTruth);
}

/** The analyzer reads the same source that PyTorch ran. */
export function readGraph({ model: symbol, batch, shape, loss }: PackedTruth): ModelGraph {
  const workspace = createDiskWorkspace({ roots: [import.meta.dirname], searchPaths: [] });
  const analyzer = createAnalyzer(workspace, createFrameworks());
  const { models, notes } = analyzer.analyze(modelsFile, { symbol, inputs: [[batch, ...shape]] });
  const [model] = models;
  if (model === undefined) throw new Error(`the analyzer finds no ${symbol}: ${notes.map(({ message }) => message)}`);
  return { ...model.graph, loss: losses[loss] };
}
