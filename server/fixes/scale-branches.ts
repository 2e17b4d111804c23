import type { ModelGraph } from '../../core/graph/graph.ts';
import type { Remedy } from '../../core/rules/finding.ts';
import type { Fix } from './fix.ts';
import type { Source } from './source.ts';
import { quoteOf } from './style.ts';
import { insertAfterModel } from './sweep.ts';

type ScaleBranches = Extract<Remedy, { kind: 'scaleBranches' }>;

/** GPT-2's way: a loop over the parameters by the end of their names. */
export function scaleBranches(
  { parameters, blocks, preferred }: ScaleBranches,
  graph: ModelGraph,
  source: Source,
): readonly Fix[] {
  if (graph.framework !== 'torch') return [];
  const ids = new Set(parameters);
  const endings = endingsOf(graph, ids);
  if (endings === null) return [];
  const quote = quoteOf(source);
  const [only, ...others] = endings.map((ending) => quote + ending + quote);
  const wanted = others.length === 0 ? only : `(${[only, ...others].join(', ')})`;
  const edit = insertAfterModel(graph, source, (model) => [
    { depth: 0, text: `for name, parameter in ${model}.named_parameters():` },
    { depth: 1, text: `if name.endswith(${wanted}):` },
    { depth: 2, text: `parameter.data.mul_((2 * ${blocks}) ** -0.5)` },
  ]);
  return edit === null
    ? []
    : [{ title: `Scale the branches by 1/√(2 · ${blocks})`, preferred, safe: false, edits: [edit] }];
}

/** `fc2.weight`; `null` where other parameters end alike. */
function endingsOf(graph: ModelGraph, ids: ReadonlySet<number>): readonly string[] | null {
  const names = graph.parameters.filter(({ id }) => ids.has(id)).map(({ name }) => name);
  const endings = [...new Set(names.map((name) => name.split('.').slice(-2).join('.')))];
  const alike = graph.parameters.filter(({ name }) => endings.some((ending) => name.endsWith(ending)));
  return alike.every(({ id }) => ids.has(id)) ? endings : null;
}
