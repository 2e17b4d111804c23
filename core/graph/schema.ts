import * as v from 'valibot';
import {
  type Check,
  count,
  dim,
  fields,
  flag,
  listOf,
  nullable,
  number,
  oneOf,
  optional,
  recordOf,
  text,
} from './checks.ts';
import type { ModelGraph } from './graph.ts';
import { op } from './op-schema.ts';

/**
 * Checks that something is a ModelGraph in its JSON form: structure of layers and parameters, and that every reference leads
 * somewhere. A graph crosses process borders, so it is never trusted.
 */
export const graphSchema = v.custom<ModelGraph>(
  (value) => graphProblem(value) === null,
  (issue) => `not a model graph: ${graphProblem(issue.input) ?? ''}`,
);

/** What is wrong with a graph, with the path to it (`layers: [3]: op: stride: expected a list`), or `null`. */
export function graphProblem(value: unknown): string | null {
  return structure(value) ?? references(value as ModelGraph);
}

const span = fields({ path: text, start: count, end: count });
const shape = listOf(dim);
const finite = nullable(number);
const role = oneOf(['weight', 'recurrentWeight', 'bias', 'normGain', 'normBias', 'embedding', 'scale', 'other']);

const initializer = fields({
  family: oneOf([
    'zeros',
    'ones',
    'constant',
    'uniform',
    'normal',
    'truncatedNormal',
    'orthogonal',
    'identity',
    'dirac',
    'sparse',
    'mixture',
    'uninitialized',
    'unknown',
  ]),
  scheme: oneOf(['xavier', 'he', 'lecun', 'orthogonal', 'fixed', 'constant', 'default', 'other']),
  mean: finite,
  std: finite,
  low: finite,
  high: finite,
  scaling: nullable(fields({ scale: number, mode: oneOf(['fanIn', 'fanOut', 'fanAvg']) })),
  gain: optional(number),
  nonlinearity: optional(text),
});

const write = fields({
  initializer,
  origin: oneOf(['default', 'explicit', 'applied', 'unknown']),
  at: nullable(span),
  by: text,
  callee: nullable(text),
  partial: optional(flag),
  region: optional(listOf(listOf(count))),
});

const parameter = fields({
  id: count,
  name: text,
  role,
  shape,
  trainable: flag,
  fanIn: finite,
  fanOut: finite,
  initializer,
  writes: listOf(write),
  spectralNorm: optional(oneOf(['estimated', 'converged'])),
  overwrittenByUnknown: optional(flag),
});

const layer = fields({
  id: count,
  name: text,
  isModule: flag,
  op,
  parameters: recordOf(count),
  slices: optional(recordOf(listOf(fields({ axis: count, index: count })))),
  inputs: listOf(count),
  outputShape: nullable(shape),
  at: nullable(span),
  calledAt: nullable(span),
});

const structure: Check = fields({
  name: text,
  framework: oneOf(['torch', 'keras', 'flax', 'tfjs']),
  at: span,
  nameAt: span,
  layers: listOf(layer),
  parameters: listOf(parameter),
  inputs: listOf(count),
  outputs: listOf(count),
  loss: nullable(oneOf(['crossEntropy', 'binaryCrossEntropy', 'meanSquaredError'])),
  complete: flag,
  notes: listOf(fields({ at: nullable(span), message: text })),
});

/** Ids are unique, every layer comes after its inputs, and nothing points nowhere. */
function references(graph: ModelGraph): string | null {
  const parameters = new Set<number>();
  for (const { id } of graph.parameters) {
    if (parameters.has(id)) return `parameters: id ${id} twice`;
    parameters.add(id);
  }
  const layers = new Set<number>();
  for (const { id, name, inputs, parameters: own } of graph.layers) {
    if (layers.has(id)) return `layers: id ${id} twice`;
    const missing = inputs.find((input) => !layers.has(input));
    if (missing !== undefined) return `layers: ${name} reads layer ${missing}, which does not come before it`;
    const unknown = Object.values(own).find((parameter) => !parameters.has(parameter));
    if (unknown !== undefined) return `layers: ${name} has parameter ${unknown}, which does not exist`;
    layers.add(id);
  }
  const lost = [...graph.inputs, ...graph.outputs].find((id) => !layers.has(id));
  return lost === undefined ? null : `inputs and outputs: layer ${lost} does not exist`;
}
