import type { ProbeRow } from '../../core/probe/rows.ts';

export interface LayerGroup {
  /** The module that holds the rows, `''` at the top of the model. */
  readonly module: string;
  readonly rows: readonly ProbeRow[];
}

/**
 * The rows by the module of the tree that holds them: the first part of the qualified name (`layer1` of
 * `layer1.0.conv1`). Order is kept; a module with a single measured layer is no group of its own.
 *
 * @param filter keeps only layers whose name contains it
 */
export function groupRows(all: readonly ProbeRow[], filter: string): readonly LayerGroup[] {
  const wanted = filter.trim().toLowerCase();
  const rows = all.filter(({ layer }) => layer.name.toLowerCase().includes(wanted));
  const sizes = new Map<string, number>();
  for (const { layer } of all) sizes.set(moduleOf(layer.name), (sizes.get(moduleOf(layer.name)) ?? 0) + 1);
  const groups: { module: string; rows: ProbeRow[] }[] = [];
  for (const row of rows) {
    const own = moduleOf(row.layer.name);
    const module = (sizes.get(own) ?? 0) > 1 ? own : '';
    const last = groups.at(-1);
    if (last?.module === module) last.rows.push(row);
    else groups.push({ module, rows: [row] });
  }
  return groups;
}

function moduleOf(name: string): string {
  const separator = name.search(/[./]/);
  return separator < 0 ? '' : name.slice(0, separator);
}
