import * as v from 'valibot';
import type { ModelGraph } from './graph.ts';

/**
 * Checks that something is a ModelGraph in its JSON form: structure of layers, parameters and references. A graph crosses
 * process borders, so it is never trusted.
 */
export const graphSchema = v.custom<ModelGraph>(isModelGraph, 'not a model graph');

function isModelGraph(value: unknown): value is ModelGraph {
  // Replaced by the full schema: see core/graph's owner.
  return typeof value === 'object' && value !== null && 'layers' in value && 'parameters' in value;
}
