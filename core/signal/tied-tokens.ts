import type { Layer, ModelGraph } from '../graph/graph.ts';
import { type Field, merge } from './field.ts';
import { atZero } from './kernel.ts';
import type { Site } from './site.ts';

/*
 * Where the table of embeddings is also the head, the logit of the token that was read is no random sum: the residual stream still
 * carries that token's own row, and the head multiplies it with itself.
 */

/** How much of its own row of a table every position of a tensor carries: x = coefficient · row + what is independent of it. */
export interface CarriedRow {
  /** Parameter id. */
  readonly table: number;
  readonly coefficient: number;
}

/** By layer id. */
export function carriedRows(
  graph: ModelGraph,
  sites: ReadonlyMap<number, Site>,
  fields: ReadonlyMap<number, Field | null>,
): ReadonlyMap<number, CarriedRow> {
  const rows = new Map<number, CarriedRow>();
  if (!graph.layers.some(({ op }) => op.kind === 'embedding')) return rows;
  for (const layer of graph.layers) {
    const site = sites.get(layer.id);
    const row = site === undefined ? null : carriedBy(layer, site, rows, fields.get(layer.inputs[0] ?? -1) ?? null);
    if (row !== null) rows.set(layer.id, row);
  }
  return rows;
}

function carriedBy(
  layer: Layer,
  site: Site,
  rows: ReadonlyMap<number, CarriedRow>,
  input: Field | null,
): CarriedRow | null {
  const { op, parameters } = layer;
  const before = rows.get(layer.inputs[0] ?? -1) ?? null;
  const times = (factor: number | null) =>
    before === null || factor === null ? null : { ...before, coefficient: before.coefficient * factor };
  switch (op.kind) {
    case 'embedding':
      return site.readsFixed || parameters.weight === undefined ? null : { table: parameters.weight, coefficient: 1 };
    case 'add': {
      const parts = layer.inputs.flatMap((id) => rows.get(id) ?? []);
      const [first] = parts;
      if (first === undefined) return null;
      const own = parts.filter(({ table }) => table === first.table);
      return { ...first, coefficient: own.reduce((sum, { coefficient }) => sum + coefficient, 0) };
    }
    case 'dropout':
      return before;
    case 'affine':
      return times(op.factor);
    case 'scale':
      return times(site.moments('scale')?.mean ?? null);
    case 'layerNorm':
    case 'rmsNorm': {
      const gain = site.moments('gain');
      const { mean, total } = input === null ? { mean: 0, total: null } : merge(input);
      const variance = total === null ? 0 : atZero(total) - (op.kind === 'layerNorm' ? mean * mean : 0);
      return gain === null ? null : times((gain?.mean ?? 1) / Math.sqrt(Math.max(variance, 0) + op.epsilon));
    }
    default:
      return null;
  }
}

/** What a tied head makes of the row that its input carries; `null` where the head is not tied to it. */
export interface OwnLogit {
  /** Mean logit of the token that was read. */
  readonly logit: number;
  /** The input's coefficient on the row, and E of a squared element of it. */
  readonly coefficient: number;
  readonly second: number;
}

export function ownLogit(head: Layer, site: Site | undefined, rows: ReadonlyMap<number, CarriedRow>): OwnLogit | null {
  const row = rows.get(head.inputs[0] ?? -1);
  const weight = site?.moments('weight');
  if (head.op.kind !== 'dense' || row === undefined || row.table !== head.parameters.weight) return null;
  const width = head.op.inFeatures;
  if (weight === null || weight === undefined || typeof width !== 'number') return null;
  return { logit: row.coefficient * width * weight.second, coefficient: row.coefficient, second: weight.second };
}
