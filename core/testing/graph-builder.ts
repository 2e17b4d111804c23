import type { FrameworkId, LossKind, ModelGraph } from '../graph/graph.ts';
import { inferShape } from '../graph/infer-shape.ts';
import type { Initializer } from '../graph/initializer.ts';
import type { ActivationName, Op, Padding } from '../graph/op.ts';
import type { Parameter, ParameterRole } from '../graph/parameter.ts';
import type { Shape } from '../graph/shape.ts';
import { type Fans, kerasFans, torchFans } from '../initializers/fans.ts';
import { he, ones, zeros } from '../initializers/make.ts';

type InitializerOf = (fans: Fans) => Initializer;

interface WeightOptions {
  readonly name?: string;
  readonly weight?: InitializerOf;
  /** `null`: no bias. Zeros where not given. */
  readonly bias?: InitializerOf | null;
}

export interface GraphBuilder {
  input(shape: Shape): number;
  /** Any op; shapes follow from the inputs unless given. */
  op(
    op: Op,
    inputs: readonly number[],
    options?: { name?: string; parameters?: Record<string, number>; shape?: Shape },
  ): number;
  parameter(name: string, role: ParameterRole, shape: Shape, initializer: Initializer, fans?: Fans): number;
  dense(input: number, outFeatures: number, options?: WeightOptions): number;
  conv(input: number, outChannels: number, kernel: number, options?: WeightOptions & ConvOptions): number;
  batchNorm(input: number, gain?: Initializer): number;
  layerNorm(input: number): number;
  activation(input: number, fn: ActivationName, parameter?: number): number;
  /** Over squares that do not overlap. */
  maxPool(input: number, size: number): number;
  add(...inputs: readonly number[]): number;
  build(...outputs: readonly number[]): ModelGraph;
}

interface ConvOptions {
  readonly stride?: number;
  readonly padding?: number;
  readonly groups?: number;
}

/** Makes ModelGraphs by hand, layer by layer, for tests: in PyTorch's layout, He weights and zero biases where nothing is said. */
export function graphBuilder(framework: FrameworkId = 'torch', loss: LossKind | null = null): GraphBuilder {
  const layers: ModelGraph['layers'][number][] = [];
  const parameters: Parameter[] = [];
  const inputs: number[] = [];
  const fansOf = framework === 'torch' ? torchFans : kerasFans;
  const shapeOf = (id: number) => layers[id]?.outputShape ?? null;

  const parameter: GraphBuilder['parameter'] = (name, role, shape, initializer, fans = fansOf(shape)) => {
    const write = { initializer, origin: 'explicit', at: null, by: 'test', callee: null } as const;
    parameters.push({
      id: parameters.length,
      name,
      role,
      shape,
      trainable: true,
      ...fans,
      initializer,
      writes: [write],
    });
    return parameters.length - 1;
  };

  const op: GraphBuilder['op'] = (made, from, options = {}) => {
    const id = layers.length;
    layers.push({
      id,
      name: options.name ?? `${made.kind}_${id}`,
      isModule: true,
      op: made,
      parameters: options.parameters ?? {},
      inputs: from,
      outputShape: options.shape ?? inferShape(made, from.map(shapeOf)),
      at: null,
      calledAt: null,
    });
    return id;
  };

  const weightAndBias = (name: string, shape: Shape, out: number, options: WeightOptions): Record<string, number> => {
    const fans = fansOf(shape);
    const weight = parameter(`${name}.weight`, 'weight', shape, (options.weight ?? defaultWeight)(fans));
    if (options.bias === null) return { weight };
    const bias = (options.bias ?? (() => zeros()))(fans);
    return { weight, bias: parameter(`${name}.bias`, 'bias', [out], bias) };
  };

  const norm = (input: number, made: Op, channels: number, gain: Initializer): number => {
    const name = `norm_${layers.length}`;
    return op(made, [input], {
      name,
      parameters: {
        gain: parameter(`${name}.weight`, 'normGain', [channels], gain),
        bias: parameter(`${name}.bias`, 'normBias', [channels], zeros()),
      },
    });
  };

  return {
    op,
    parameter,
    input(shape) {
      const id = op({ kind: 'input' }, [], { shape });
      inputs.push(id);
      return id;
    },
    dense(input, outFeatures, options = {}) {
      const inFeatures = shapeOf(input)?.at(-1) ?? null;
      const name = options.name ?? `fc_${layers.length}`;
      const shape = framework === 'torch' ? [outFeatures, inFeatures] : [inFeatures, outFeatures];
      const ids = weightAndBias(name, shape, outFeatures, options);
      return op({ kind: 'dense', inFeatures, outFeatures }, [input], { name, parameters: ids });
    },
    conv(input, outChannels, size, options = {}) {
      const { stride = 1, padding = Math.floor(size / 2), groups = 1 } = options;
      const inChannels = shapeOf(input)?.[1] ?? null;
      const name = options.name ?? `conv_${layers.length}`;
      const perGroup = typeof inChannels === 'number' ? inChannels / groups : inChannels;
      const ids = weightAndBias(name, [outChannels, perGroup, size, size], outChannels, options);
      const pairs: Padding = [
        [padding, padding],
        [padding, padding],
      ];
      const made: Op = {
        kind: 'conv',
        rank: 2,
        inChannels,
        outChannels,
        kernel: [size, size],
        stride: [stride, stride],
        padding: pairs,
        dilation: [1, 1],
        groups,
        transposed: false,
        outputPadding: [0, 0],
        layout: 'channelsFirst',
      };
      return op(made, [input], { name, parameters: ids });
    },
    batchNorm(input, gain = ones()) {
      const channels = shapeOf(input)?.[1];
      return norm(
        input,
        { kind: 'batchNorm', epsilon: 1e-5, axis: 1 },
        typeof channels === 'number' ? channels : 1,
        gain,
      );
    },
    layerNorm(input) {
      const channels = shapeOf(input)?.at(-1);
      return norm(
        input,
        { kind: 'layerNorm', epsilon: 1e-5, axes: 1 },
        typeof channels === 'number' ? channels : 1,
        ones(),
      );
    },
    activation(input, fn, slope) {
      return op({ kind: 'activation', fn, ...(slope === undefined ? {} : { parameter: slope }) }, [input]);
    },
    maxPool(input, size) {
      const made: Op = {
        kind: 'maxPool',
        rank: 2,
        kernel: [size, size],
        stride: [size, size],
        padding: 'valid',
        ceilMode: false,
        layout: 'channelsFirst',
      };
      return op(made, [input]);
    },
    add(...from) {
      return op({ kind: 'add' }, from);
    },
    build(...outputs) {
      const at = { path: 'test.py', start: 0, end: 0 };
      return {
        name: 'Test',
        framework,
        at,
        nameAt: at,
        layers: [...layers],
        parameters: [...parameters],
        inputs: [...inputs],
        outputs,
        loss,
        complete: true,
        notes: [],
      };
    },
  };
}

function defaultWeight(fans: Fans): Initializer {
  return he('normal', fans);
}
