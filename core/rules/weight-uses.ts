import type { Layer, ModelGraph } from '../graph/graph.ts';
import { indexOf } from '../graph/graph-index.ts';
import type { Parameter } from '../graph/parameter.ts';
import { isWeightLayer } from '../graph/queries.ts';
import { isKnown } from '../graph/shape.ts';

/** A weight in the hands of a layer that sums its inputs up with it. */
export interface WeightUse {
  readonly parameter: Parameter;
  /**
   * Numbers that one output unit sums up: the fan-in of the operation, whatever the framework's initializers count (they differ
   * for transposed and grouped convolutions). `null` where a width is not known.
   */
  readonly inputs: number | null;
  /** The inputs are the weight's first axis, as in `x @ w`: PyTorch's initializers take them for outputs. */
  readonly inputsFirst: boolean;
}

/** The weights of a dense, convolution, recurrent or attention layer, and a parameter that is one side of a matrix product. */
export function weightUses(graph: ModelGraph, layer: Layer): readonly WeightUse[] {
  const { parameters } = indexOf(graph);
  if (layer.op.kind === 'matmul') return matrixFactors(graph, layer);
  if (!isWeightLayer(layer)) return [];
  return Object.entries(layer.parameters).flatMap(([role, id]): WeightUse[] => {
    const parameter = parameters.get(id);
    if (parameter === undefined || !isWeight(parameter, role)) return [];
    return [{ parameter, inputs: inputsOf(layer, parameter), inputsFirst: false }];
  });
}

/** By what it is registered as, and for a parameter of the user's own by what the layer does with it. */
function isWeight({ role, shape }: Parameter, roleInLayer: string): boolean {
  if (role === 'weight' || role === 'recurrentWeight') return true;
  return role === 'other' && shape.length > 1 && !/bias/i.test(roleInLayer);
}

function inputsOf({ op }: Layer, parameter: Parameter): number | null {
  if (op.kind === 'dense') return isKnown(op.inFeatures) ? op.inFeatures : null;
  if (op.kind !== 'conv') return parameter.fanIn;
  if (!isKnown(op.inChannels)) return null;
  const taps = product(op.kernel) / (op.transposed ? product(op.stride) : 1);
  return (op.inChannels / op.groups) * taps;
}

function product(sizes: readonly number[]): number {
  return sizes.reduce((all, size) => all * size, 1);
}

/** `x @ w` sums over the first axis of `w`, `w @ x` over its last. */
function matrixFactors(graph: ModelGraph, layer: Layer): readonly WeightUse[] {
  if (layer.op.kind !== 'matmul') return [];
  const { layers, parameters } = indexOf(graph);
  const { transposeA, transposeB } = layer.op;
  return layer.inputs.flatMap((id, side): WeightUse[] => {
    const source = layers.get(id);
    const parameter =
      source?.op.kind === 'parameter' ? parameters.get(Object.values(source.parameters)[0] ?? -1) : undefined;
    if (parameter === undefined || parameter.role !== 'weight' || parameter.shape.length !== 2) return [];
    const inputsFirst = side === 1 ? !transposeB : transposeA;
    const size = parameter.shape[inputsFirst ? 0 : 1];
    return [{ parameter, inputs: isKnown(size) ? size : null, inputsFirst }];
  });
}
