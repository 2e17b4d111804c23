import type { ModelGraph } from '../core/graph/graph.ts';
import { indexOf } from '../core/graph/graph-index.ts';
import { isKnown } from '../core/graph/shape.ts';
import type { Start, Step, VariantEnd } from '../core/probe/messages.ts';
import type { ProbeOptions, VariantName } from '../core/probe/request.ts';
import { applyVariant } from '../core/probe/variants.ts';
import type { Backend, Tensor } from './backend-ops.ts';
import { createData, type DataSource, type OutputShape } from './data.ts';
import { drawParameter, isGuess } from './initialize.ts';
import { applyLsuv } from './lsuv.ts';
import { finite, metricsOf, type StepFigures } from './measure/figures.ts';
import { type MeasuredLayer, measuredLayers } from './measure/layers.ts';
import { neededLayers, runModel } from './model.ts';
import { createOptimizer } from './optimizer.ts';
import { planTraining, type TrainingPlan } from './plan.ts';
import { seededRandom } from './random.ts';
import { type Batch, createStepper, type Stepper, type Trainee } from './train-step.ts';
import { logical } from './value.ts';

export interface Training {
  readonly layers: readonly MeasuredLayer[];
  readonly description: string;
  /** Variants by seeds. */
  readonly trainees: readonly RunningTrainee[];
  tensorCount(): number;
  dispose(): void;
}

export interface RunningTrainee {
  step(step: number): Promise<Step>;
  /** Set with the last step, or the one that broke down. */
  readonly end: Omit<VariantEnd, 'version' | 'type' | 'run'> | null;
}

/** Checks the graph, makes the data and draws the weights; a first small pass finds what does not fit before training. */
export async function prepareTraining(
  start: Start,
  backend: Backend,
  { measured = true }: { readonly measured?: boolean } = {},
): Promise<Training> {
  const { graph, options } = start;
  const plan = planTraining(graph, options);
  const layers = measured ? measuredLayers(graph) : [];
  if (trainableIds(graph).length === 0) throw new RangeError(`${graph.name} has no parameters to train`);
  const outputs = outputShapes(backend, graph, plan, options);
  const data = createData(backend, plan, outputs, options);
  const stepper = createStepper(backend, plan, layers);
  const seeds = Array.from({ length: options.seeds }, (_, seed) => seed);
  const trainees = seeds.flatMap((seed) =>
    [...new Set(options.variants)].map((variant) =>
      createTrainee(variant, seed, { start, backend, data, stepper, layers }),
    ),
  );
  return {
    layers,
    description: [data.description, ...guesses(graph)].join('; '),
    trainees,
    tensorCount: () => backend.tensorCount(),
    dispose() {
      for (const trainee of trainees) trainee.dispose();
      stepper.dispose();
      data.dispose();
    },
  };
}

interface Parts {
  readonly start: Start;
  readonly backend: Backend;
  readonly data: DataSource;
  readonly stepper: Stepper;
  readonly layers: readonly MeasuredLayer[];
}

/** Weights are drawn with its first step, so that the first variant is seen before the last one is drawn. */
function createTrainee(variant: VariantName, seed: number, parts: Parts): RunningTrainee & { dispose(): void } {
  const { start, backend, data, stepper, layers } = parts;
  const { options } = start;
  let trainee: Trainee | null = null;
  let began = 0;
  let firstStepMs = 0;
  let end: RunningTrainee['end'] = null;
  let spent = 0;
  const dispose = () => {
    if (trainee === null) return;
    backend.dispose([...trainee.weights.values()]);
    trainee.optimizer.dispose();
    trainee = null;
  };
  return {
    get end() {
      return end;
    },
    async step(step) {
      began = performance.now();
      const batch = data.batch(step, seed);
      trainee ??= drawTrainee(variant, seed, parts, batch);
      const figures = await stepper.step(trainee, batch);
      const elapsed = performance.now() - began;
      if (step === 0) firstStepMs = elapsed;
      else spent += elapsed;
      const diverged = divergence(figures, step, layers);
      if (diverged !== null || step === options.steps - 1) {
        const rate = step === 0 ? 1000 / Math.max(1e-3, firstStepMs) : (1000 * step) / Math.max(1e-3, spent);
        end = { variant, seed, steps: step + 1, firstStepMs, stepsPerSecond: rate, diverged };
        dispose();
      }
      return {
        variant,
        seed,
        step,
        loss: finite(figures.loss),
        accuracy: finite(figures.accuracy),
        metrics: metricsOf(figures.layers),
      };
    },
    dispose,
  };
}

function drawTrainee(variant: VariantName, seed: number, { start, backend }: Parts, batch: Batch): Trainee {
  const { options } = start;
  const graph = applyVariant(start.graph, variant, options);
  const random = seededRandom(seed);
  const weights = drawWeights(backend, graph, random.fork('weights'), start.weights);
  const trainee = { graph, weights, optimizer: createOptimizer(backend, options), random: random.fork('dropout') };
  if (variant === 'lsuv') applyLsuv(backend, trainee, batch);
  return trainee;
}

/** Every parameter has a stream of its own: the same values whatever the others are. */
function drawWeights(
  backend: Backend,
  graph: ModelGraph,
  random: ReturnType<typeof seededRandom>,
  given: Start['weights'],
): Map<number, Tensor> {
  return new Map(
    graph.parameters.map((parameter) => {
      const shape = parameter.shape.filter(isKnown);
      const values = given?.[parameter.name] ?? drawParameter(parameter, graph.framework, random.fork(parameter.name));
      return [parameter.id, backend.keep(backend.ops.constant(values, shape))];
    }),
  );
}

/** Runs the model once on two examples of zeros: what fails, fails here and in words. */
function outputShapes(
  backend: Backend,
  graph: ModelGraph,
  plan: TrainingPlan,
  { batch }: ProbeOptions,
): readonly OutputShape[] {
  const trial = 2;
  let outputs: readonly OutputShape[] = [];
  backend.tidy(() => {
    const { ops } = backend;
    const used = new Set(neededLayers(graph).flatMap((layer) => Object.values(layer.parameters)));
    const parameters = new Map(
      graph.parameters
        .filter(({ id }) => used.has(id))
        .map((parameter): [number, Tensor] => {
          const shape = parameter.shape.filter(isKnown);
          return [parameter.id, ops.constant(new Float32Array(shape.reduce((a, b) => a * b, 1)), shape)];
        }),
    );
    const inputs = plan.inputs.map(({ shape, batchAxis, vocabulary }) => {
      const full = shape.toSpliced(batchAxis, 0, trial);
      const size = full.reduce((a, b) => a * b, 1);
      return vocabulary === null
        ? ops.constant(new Float32Array(size), full)
        : ops.integers(new Int32Array(size), full);
    });
    const values = runModel(ops, graph, { parameters, inputs, batch: trial, random: seededRandom('trial') });
    outputs = plan.outputs.map((output): OutputShape => {
      const value = values.get(output.node);
      if (value === undefined) throw new Error('an output was not computed');
      const { shape } = logical(ops, value);
      const scaled = shape.map((size, axis) => (axis === 0 ? (size / trial) * batch : size));
      return { plan: output, shape: scaled, classAxis: classAxisOf(shape, graph, plan) };
    });
    return undefined;
  });
  return outputs;
}

/** PyTorch's losses take the classes of images on axis 1; everything else has them last. */
function classAxisOf(shape: readonly number[], { framework }: ModelGraph, { inputs }: TrainingPlan): number {
  const isImage = shape.length >= 4 && framework === 'torch' && inputs.every(({ vocabulary }) => vocabulary === null);
  return isImage ? 1 : shape.length - 1;
}

/** NaN or ±∞ anywhere: at the first layer whose activations show it, else the last whose gradients do (they flow backwards). */
function divergence(
  { loss, layers }: StepFigures,
  step: number,
  measured: readonly MeasuredLayer[],
): VariantEnd['diverged'] {
  const isBroken = (x: number | null) => x !== null && !Number.isFinite(x);
  const inForward = layers.findIndex(({ activationRms, weightRms }) => isBroken(activationRms) || isBroken(weightRms));
  const inBackward = layers.findLastIndex(
    ({ activationGradientRms, weightGradientRms }) => isBroken(activationGradientRms) || isBroken(weightGradientRms),
  );
  const index = inForward >= 0 ? inForward : inBackward;
  if (index < 0 && !isBroken(loss)) return null;
  return { step, layer: measured[index]?.layer.id ?? null };
}

function trainableIds(graph: ModelGraph): readonly number[] {
  const { parameters } = indexOf(graph);
  const used = neededLayers(graph).flatMap((layer) => Object.values(layer.parameters));
  return used.filter((id) => parameters.get(id)?.trainable === true);
}

/** Parameters whose values the source does not tell. */
function guesses(graph: ModelGraph): readonly string[] {
  const names = graph.parameters.filter(({ initializer }) => isGuess(initializer)).map(({ name }) => name);
  if (names.length === 0) return [];
  const listed = names.length > 3 ? `${names.slice(0, 3).join(', ')} and ${names.length - 3} more` : names.join(', ');
  return [`initial values not known, defaults taken: ${listed}`];
}
