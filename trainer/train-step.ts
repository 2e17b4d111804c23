import type { ModelGraph } from '../core/graph/graph.ts';
import { indexOf } from '../core/graph/graph-index.ts';
import type { Backend, Tensor } from './backend-ops.ts';
import { accuracyOf, type Judged, lossOf, type Target } from './loss.ts';
import type { Figures, LayerTensors, StepFigures } from './measure/figures.ts';
import type { MeasuredLayer } from './measure/layers.ts';
import { createDeviceMeter } from './measure/on-device.ts';
import { createHostMeter } from './measure/on-host.ts';
import { runModel } from './model.ts';
import type { Optimizer } from './optimizer.ts';
import type { TrainingPlan } from './plan.ts';
import type { Random } from './random.ts';
import type { Value } from './value.ts';

/** One batch on the engine. */
export interface Batch {
  readonly inputs: readonly Tensor[];
  /** One per output. */
  readonly targets: readonly { readonly target: Target; readonly classAxis: number }[];
  readonly size: number;
}

/** A model in training: its weights change with every step. */
export interface Trainee {
  readonly graph: ModelGraph;
  /** By parameter id. */
  readonly weights: Map<number, Tensor>;
  readonly optimizer: Optimizer;
  readonly random: Random;
}

export interface Stepper {
  /** Forward, backward, update; the figures are those before the update. */
  step(trainee: Trainee, batch: Batch): Promise<StepFigures>;
  dispose(): void;
}

/** Trains step by step and measures these layers; with none, only loss and accuracy. */
export function createStepper(backend: Backend, plan: TrainingPlan, measured: readonly MeasuredLayer[]): Stepper {
  const onHost = backend.memory === 'host' ? createHostMeter(backend) : null;
  const onDevice = backend.memory === 'device' ? createDeviceMeter(backend) : null;

  return {
    async step(trainee, batch) {
      let parse: ((values: Float32Array) => StepFigures) | null = null;
      let now: StepFigures | null = null;
      const vector = backend.tidy(() => {
        const pass = differentiate(backend, plan, measured, trainee, batch);
        const layers = update(backend, trainee, pass);
        const { ops } = backend;
        const scalars = pass.accuracy === null ? [pass.loss] : [pass.loss, pass.accuracy];
        const read = ops.concat(
          scalars.map((x) => ops.reshape(x, [1])),
          0,
        );
        const head = (values: Float32Array, figures: readonly Figures[]): StepFigures => ({
          loss: values[0] ?? Number.NaN,
          accuracy: pass.accuracy === null ? null : (values[1] ?? null),
          layers: figures,
        });
        let result: Tensor | undefined;
        if (onHost !== null) now = head(backend.readNow(read), onHost(layers));
        if (onDevice !== null) {
          const reduced = onDevice.reduce(layers);
          result = ops.concat([read, reduced.vector], 0);
          parse = (values) => head(values, reduced.parse(values.subarray(scalars.length)));
        }
        backend.dispose(pass.replaced);
        backend.dispose(pass.captured);
        return result;
      });
      if (vector === undefined) return now ?? broken();
      const values = await backend.read(vector);
      backend.dispose([vector]);
      // Assigned in the callback above, which TypeScript does not follow.
      return (parse as ((values: Float32Array) => StepFigures) | null)?.(values) ?? broken();
    },
    dispose() {
      onDevice?.dispose();
    },
  };
}

function broken(): never {
  throw new Error('a step gave no figures');
}

export interface Pass {
  readonly loss: Tensor;
  readonly accuracy: Tensor | null;
  readonly values: ReadonlyMap<number, Value>;
  readonly measured: readonly MeasuredLayer[];
  /** By parameter id. */
  readonly gradients: ReadonlyMap<number, Tensor | null>;
  /** By layer id. */
  readonly outputGradients: ReadonlyMap<number, Tensor | null>;
  /** Activations that outlived the forward pass to be measured. */
  readonly captured: readonly Tensor[];
  /** Weights that the update puts others in place of. */
  readonly replaced: Tensor[];
}

/** Forward and backward, under the caller's `tidy`; the caller disposes of `captured`. */
export function differentiate(
  backend: Backend,
  plan: TrainingPlan,
  measured: readonly MeasuredLayer[],
  { graph, weights, random }: Trainee,
  batch: Batch,
): Pass {
  const { ops } = backend;
  const { parameters } = indexOf(graph);
  const trained = [...weights.keys()].filter((id) => parameters.get(id)?.trainable !== false);
  const given = new Set<Tensor>([...weights.values(), ...batch.inputs]);
  const captured = new Set<Tensor>();
  let values: ReadonlyMap<number, Value> = new Map();
  let accuracy: Tensor | null = null;

  const forward = (): Tensor => {
    values = runModel(ops, graph, { parameters: weights, inputs: batch.inputs, batch: batch.size, random });
    const wanted = measured.flatMap(({ layer }) => [
      layer.id,
      ...layer.inputs.slice(0, layer.op.kind === 'activation' ? 1 : 0),
    ]);
    for (const id of wanted) {
      const tensor = values.get(id)?.tensor;
      if (tensor !== undefined && !given.has(tensor)) captured.add(backend.keep(tensor));
    }
    const judged = plan.outputs.map((output, index): { judged: Judged; target: Target } => {
      const value = values.get(output.node);
      const wantedOf = batch.targets[index];
      if (value === undefined || wantedOf === undefined) throw new Error('an output has no value or no target');
      return { judged: lossOf(ops, output, value, wantedOf.target, wantedOf.classAxis), target: wantedOf.target };
    });
    const [first] = judged;
    const found = first === undefined ? null : accuracyOf(ops, first.judged, first.target);
    accuracy = found === null ? null : backend.keep(found);
    return judged.map(({ judged: { loss } }) => loss).reduce((a, b) => ops.add(a, b));
  };
  const outputs = () => measured.flatMap(({ layer }) => values.get(layer.id)?.tensor ?? []);
  const { value: loss, gradients } = backend.gradients(
    forward,
    trained.map((id) => tensorOf(weights, id)),
    outputs,
  );

  const measuredHere = measured.filter(({ layer }) => values.has(layer.id));
  return {
    loss,
    accuracy,
    values,
    measured: measuredHere,
    gradients: new Map(trained.map((id, index) => [id, gradients[index] ?? null])),
    outputGradients: new Map(
      measuredHere.map(({ layer }, index) => [layer.id, gradients[trained.length + index] ?? null]),
    ),
    captured: accuracy === null ? [...captured] : [...captured, accuracy],
    replaced: [],
  };
}

/** Puts new weights in place of the old ones, which live on in `pass.replaced` until they are measured. */
function update(backend: Backend, { weights, optimizer }: Trainee, pass: Pass): readonly LayerTensors[] {
  const { ops } = backend;
  const old = new Map(weights);
  const updates = new Map<number, Tensor>();
  optimizer.begin();
  for (const [id, gradient] of pass.gradients) {
    if (gradient === null) continue;
    const change = optimizer.update(id, gradient);
    const before = tensorOf(old, id);
    updates.set(id, change);
    weights.set(id, backend.keep(ops.subtract(before, change)));
    pass.replaced.push(before);
  }
  return pass.measured.map((measured): LayerTensors => {
    const { layer, weights: ids } = measured;
    const [from] = layer.inputs;
    return {
      measured,
      output: valueAt(pass.values, layer.id),
      preActivation: from === undefined ? null : (pass.values.get(from) ?? null),
      outputGradient: pass.outputGradients.get(layer.id) ?? null,
      weights: ids.map((id) => tensorOf(old, id)),
      weightGradients: ids.map((id) => pass.gradients.get(id) ?? null),
      updates: ids.map((id) => updates.get(id) ?? null),
      learningRate: optimizer.learningRate,
    };
  });
}

function tensorOf(weights: ReadonlyMap<number, Tensor>, id: number): Tensor {
  const tensor = weights.get(id);
  if (tensor === undefined) throw new Error(`parameter ${id} has no value`);
  return tensor;
}

function valueAt(values: ReadonlyMap<number, Value>, id: number): Value {
  const value = values.get(id);
  if (value === undefined) throw new Error(`layer ${id} has no value`);
  return value;
}
