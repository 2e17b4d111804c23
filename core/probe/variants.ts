import type { Layer, ModelGraph } from '../graph/graph.ts';
import { indexOf } from '../graph/graph-index.ts';
import type { Initializer } from '../graph/initializer.ts';
import type { Parameter } from '../graph/parameter.ts';
import { activationAfter } from '../graph/queries.ts';
import { sizeOf } from '../graph/shape.ts';
import type { Fans } from '../initializers/fans.ts';
import { heGain } from '../initializers/gains.ts';
import { he, lecun, normal, orthogonal, xavier, zeros } from '../initializers/make.ts';
import type { ProbeOptions, VariantName } from './request.ts';

/**
 * The same model with every weight matrix and kernel drawn otherwise. Biases, norms, embeddings and learned factors stay as they
 * are. `lsuv` starts from orthogonal matrices; that their outputs get unit variance is up to the trainer, who has the data.
 */
export function applyVariant(
  graph: ModelGraph,
  variant: VariantName,
  options: Pick<ProbeOptions, 'normalStd'>,
): ModelGraph {
  if (variant === 'as-written') return graph;
  const { users } = indexOf(graph);
  return {
    ...graph,
    parameters: graph.parameters.map((parameter) => {
      if (parameter.role !== 'weight' && parameter.role !== 'recurrentWeight') return parameter;
      const initializer = initializerOf(graph, variant, options, parameter, users.get(parameter.id)?.[0]);
      if (initializer === null) return parameter;
      const { overwrittenByUnknown: _, ...rest } = parameter;
      const write = { initializer, origin: 'applied', at: null, by: `variant ${variant}`, callee: null } as const;
      return { ...rest, initializer, writes: [...parameter.writes, write] };
    }),
  };
}

/** `null` keeps what is written. */
function initializerOf(
  graph: ModelGraph,
  variant: Exclude<VariantName, 'as-written'>,
  options: Pick<ProbeOptions, 'normalStd'>,
  parameter: Parameter,
  user: Layer | undefined,
): Initializer | null {
  const fans = effectiveFans(parameter, user);
  switch (variant) {
    case 'he':
      return he('normal', fans, { gain: gainFor(graph, user) });
    case 'xavier':
      return xavier('normal', fans);
    case 'lecun':
      return lecun('normal', fans);
    case 'orthogonal':
    case 'lsuv': {
      const [rows, columns] = matrixOf(graph, parameter);
      return orthogonal(gainFor(graph, user), rows, columns);
    }
    case 'default':
      return parameter.writes.find(({ origin }) => origin === 'default')?.initializer ?? null;
    case 'zeros':
      return zeros();
    case 'normal':
      return normal(0, options.normalStd);
    default:
      return variant satisfies never;
  }
}

/** He's gain for the activation that acts on the layer's output; 1 for a head, recurrent and attention weights. */
function gainFor(graph: ModelGraph, user: Layer | undefined): number {
  if (user === undefined || (user.op.kind !== 'dense' && user.op.kind !== 'conv')) return 1;
  const following = activationAfter(graph, user);
  return following === null ? 1 : heGain(following.fn, following.parameter);
}

/**
 * Inputs per unit and units per input, as they count for the variance: of a convolution input channels per group times taps,
 * whatever the framework's own count makes of groups and transposition.
 */
function effectiveFans(parameter: Parameter, user: Layer | undefined): Fans {
  if (user?.op.kind !== 'conv') return { fanIn: parameter.fanIn, fanOut: parameter.fanOut };
  const { inChannels, outChannels, groups, kernel, stride, transposed } = user.op;
  const taps = kernel.reduce((product, size) => product * size, 1);
  const strides = stride.reduce((product, step) => product * step, 1);
  const per = (channels: typeof inChannels, share: number) =>
    typeof channels === 'number' ? (channels / groups) * taps * share : null;
  return {
    fanIn: per(inChannels, transposed ? 1 / strides : 1),
    fanOut: per(outChannels, transposed ? 1 : 1 / strides),
  };
}

/** Rows and columns as the framework flattens them: PyTorch's first axis and the rest, the others' rest and last axis. */
function matrixOf({ framework }: ModelGraph, { shape }: Parameter): readonly [number | null, number | null] {
  if (framework === 'torch') return [sizeOf(shape.slice(0, 1)), sizeOf(shape.slice(1))];
  return [sizeOf(shape.slice(0, -1)), sizeOf(shape.slice(-1))];
}
