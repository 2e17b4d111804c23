import * as v from 'valibot';
import { graphSchema } from '../graph/schema.ts';
import { engineNames, optionsSchema, protocolVersion, variantNames } from './request.ts';

/*
 * Messages between whoever shows a probe (panel, command line) and whoever trains (a worker in the webview, a child process).
 * Both sides parse what they get. A number that is not finite travels as `null`.
 */

const version = v.literal(protocolVersion);
const run = v.string();
const finite = v.nullable(v.number());
const numbers = v.array(finite);

export const startSchema = v.object({
  version,
  type: v.literal('start'),
  run,
  engine: v.picklist(engineNames),
  graph: graphSchema,
  options: optionsSchema,
  /** Initial values by parameter name, in the framework's layout, in place of drawn ones (tests, and `native` models). */
  weights: v.optional(v.record(v.string(), v.instance(Float32Array))),
});

/** To a worker of the panel, once and first: blob addresses of the `.wasm` files by name, which it cannot fetch itself. */
export const initSchema = v.object({ version, type: v.literal('init'), wasm: v.record(v.string(), v.string()) });

const cancelSchema = v.object({ version, type: v.literal('cancel'), run });

/** Holds a run between two steps, or lets it go on. */
const pauseSchema = v.object({ version, type: v.literal('pause'), run, paused: v.boolean() });

/** Per-layer figures of one step; every list is in the order of `readySchema.layers`. */
export const metricsSchema = v.object({
  weightGradientRms: numbers,
  activationGradientRms: numbers,
  activationRms: numbers,
  activationMean: numbers,
  weightRms: numbers,
  updateRatio: numbers,
  deadFraction: numbers,
  saturatedFraction: numbers,
  unitDiversity: numbers,
});
export type Metrics = v.InferOutput<typeof metricsSchema>;

/** The engine is up and the model is built: sent once, before the first frame. */
export const readySchema = v.object({
  version,
  type: v.literal('ready'),
  run,
  engine: v.picklist(engineNames),
  /** Adapter or library: `NVIDIA H200`, `2 threads, SIMD`. */
  device: v.string(),
  /** In words: `teacher classification, 10 classes, seed 0`. */
  data: v.string(),
  batch: v.number(),
  /** Ids of the measured layers, in order. */
  layers: v.array(v.number()),
  /** Milliseconds from `start` to here. */
  elapsedMs: v.number(),
});

export const stepSchema = v.object({
  variant: v.picklist(variantNames),
  seed: v.number(),
  /** 0 is measured before the first update. */
  step: v.number(),
  loss: finite,
  accuracy: finite,
  metrics: metricsSchema,
});
export type Step = v.InferOutput<typeof stepSchema>;

/** Steps gathered for at most 50 ms. */
const frameSchema = v.object({ version, type: v.literal('frame'), run, steps: v.array(stepSchema) });

/** One variant and seed has ended. */
export const variantEndSchema = v.object({
  version,
  type: v.literal('variantEnd'),
  run,
  variant: v.picklist(variantNames),
  seed: v.number(),
  steps: v.number(),
  firstStepMs: v.number(),
  stepsPerSecond: v.number(),
  /** Step at which a NaN or Inf appeared, and the first layer (id) that showed it. */
  diverged: v.nullable(v.object({ step: v.number(), layer: v.nullable(v.number()) })),
});

const doneSchema = v.object({ version, type: v.literal('done'), run, cancelled: v.boolean() });

const failureKinds = [
  'unsupportedOp',
  'badShape',
  'engineUnavailable',
  'outOfMemory',
  'workerLost',
  'badRequest',
  'internal',
] as const;

export const failedSchema = v.object({
  version,
  type: v.literal('failed'),
  run,
  kind: v.picklist(failureKinds),
  message: v.string(),
  hint: v.nullable(v.string()),
  /** The layer (id) that is to blame, for the jump to its line. */
  layer: v.nullable(v.number()),
});
export type Failed = v.InferOutput<typeof failedSchema>;

export const toTrainerSchema = v.variant('type', [startSchema, cancelSchema, pauseSchema]);
export const fromTrainerSchema = v.variant('type', [
  readySchema,
  frameSchema,
  variantEndSchema,
  doneSchema,
  failedSchema,
]);
export type Start = v.InferOutput<typeof startSchema>;
export type Ready = v.InferOutput<typeof readySchema>;
export type VariantEnd = v.InferOutput<typeof variantEndSchema>;
export type ToTrainer = v.InferOutput<typeof toTrainerSchema>;
export type FromTrainer = v.InferOutput<typeof fromTrainerSchema>;
