import { execFileSync } from 'node:child_process';
import path from 'node:path';

/** What one backward pass gives in PyTorch, in float64, from weights and a batch that float32 holds exactly. */
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

export const modelsFile = path.join(import.meta.dirname, 'trainer_models.py');

export function readTruth(): readonly Truth[] {
  const output = execFileSync('/usr/bin/python3', [modelsFile], { encoding: 'utf8', maxBuffer: 1 << 28 });
  return output.trim().split('\n').map(parse);
}

type Raw = Omit<Truth, 'inputs' | 'target' | 'weights' | 'gradients' | 'outputGradient'> & {
  readonly inputs: string;
  readonly target: string;
  readonly outputGradient: string;
  readonly weights: Readonly<Record<string, string>>;
  readonly gradients: Readonly<Record<string, string>>;
};

function parse(line: string): Truth {
  const raw = JSON.parse(line) as Raw;
  const all = (packed: Readonly<Record<string, string>>) =>
    new Map(Object.entries(packed).map(([name, text]) => [name, unpack(text)]));
  return {
    ...raw,
    inputs: unpack(raw.inputs),
    target: unpack(raw.target),
    outputGradient: unpack(raw.outputGradient),
    weights: all(raw.weights),
    gradients: all(raw.gradients),
  };
}

function unpack(base64: string): Float32Array {
  const bytes = Buffer.from(base64, 'base64');
  return new Float32Array(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength));
}
