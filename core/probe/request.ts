import * as v from 'valibot';

/** Version of all messages of this folder; a peer that speaks another one is refused. */
export const protocolVersion = 1;

export const engineNames = ['webgpu', 'webgl', 'wasm', 'cpu', 'tfjs-node', 'python'] as const;
export type EngineName = (typeof engineNames)[number];
export const engineChoices = ['auto', ...engineNames] as const;

/** How the model's weights are drawn. `as-written` is what the source says; the others replace every weight matrix and kernel. */
export const variantNames = [
  'as-written',
  'he',
  'xavier',
  'lecun',
  'orthogonal',
  'default',
  'zeros',
  'normal',
  'lsuv',
] as const;
export type VariantName = (typeof variantNames)[number];

const dataSchema = v.variant('kind', [
  /** Labels of a random teacher network on standard-normal inputs. */
  v.object({ kind: v.literal('teacher') }),
  /** Given examples: `inputs` flat, row by row; `labels` class indices, or `targets` flat for a regression. */
  v.object({
    kind: v.literal('given'),
    name: v.string(),
    inputs: v.instance(Float32Array),
    labels: v.optional(v.instance(Int32Array)),
    targets: v.optional(v.instance(Float32Array)),
    count: v.pipe(v.number(), v.integer(), v.minValue(1)),
  }),
]);

export const optionsSchema = v.object({
  variants: v.pipe(v.array(v.picklist(variantNames)), v.minLength(1)),
  seeds: v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(32)),
  steps: v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(10_000)),
  batch: v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(4096)),
  optimizer: v.picklist(['sgd', 'momentum', 'adam']),
  learningRate: v.pipe(v.number(), v.minValue(0)),
  /** Standard deviation of the `normal` variant. */
  normalStd: v.number(),
  /** One shape per model input, without batch; `null` takes the graph's own. */
  inputShapes: v.nullable(v.array(v.array(v.pipe(v.number(), v.integer(), v.minValue(1))))),
  data: dataSchema,
});
export type ProbeOptions = v.InferOutput<typeof optionsSchema>;

export const defaultOptions: ProbeOptions = {
  variants: ['as-written', 'he', 'xavier'],
  seeds: 1,
  steps: 50,
  batch: 32,
  optimizer: 'sgd',
  learningRate: 0.01,
  normalStd: 0.01,
  inputShapes: null,
  data: { kind: 'teacher' },
};
