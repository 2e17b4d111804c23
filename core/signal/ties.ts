import type { ModelGraph } from '../graph/graph.ts';
import type { Field } from './field.ts';
import type { Gradient } from './gradient.ts';
import type { Site } from './site.ts';
import { type CarriedBack, carriedToHead, tiedBack } from './tied-gradient.ts';
import { type Carried, carriedBy, type OwnLogit, ownLogit, tiedTable, withOwnLogit } from './tied-tokens.ts';

/** Follows the rows of a table that is both embedding and head through one pass; does nothing where there is none. */
export interface Ties {
  /** A layer's output, with what the row of the token adds to it. Called in order. */
  forward(site: Site, inputs: readonly Field[], output: Field): Field;
  /** Of a head, what its input's own row makes. */
  ownLogit(head: number): OwnLogit | null;
  /** Tells the expected probability of the token that was read. */
  begin(head: number, share: number, output: Field): void;
  /** What goes back beside what independent weights give. Called in reverse order. */
  back(
    site: Site,
    inputs: readonly Field[],
    output: Field,
  ): { readonly extra: Gradient | null; readonly weight: number };
}

const untied: Ties = {
  forward: (_site, _inputs, output) => output,
  ownLogit: () => null,
  begin: () => {},
  back: () => ({ extra: null, weight: 0 }),
};

export function tiesOf(graph: ModelGraph, sites: ReadonlyMap<number, Site>): Ties {
  const table = tiedTable(graph, sites);
  if (table === null) return untied;
  const carried = new Map<number, Carried>();
  const backs = new Map<number, CarriedBack>();
  const logits = new Map<number, OwnLogit>();
  let toHead = 0;
  return {
    forward(site, inputs, output) {
      const { layer } = site;
      const below = layer.inputs.map((id) => carried.get(id) ?? null);
      const own = carriedBy(table, site, inputs, below);
      if (own !== null) carried.set(layer.id, own);
      const logit = ownLogit(table, layer, below[0] ?? null);
      if (logit === null) return output;
      logits.set(layer.id, logit);
      return withOwnLogit(output, logit, table);
    },
    ownLogit: (head) => logits.get(head) ?? null,
    begin(head, share, output) {
      const logit = logits.get(head);
      const site = sites.get(head);
      const input = site?.layer.inputs[0];
      if (logit === undefined || site === undefined || input === undefined) return;
      toHead = (share * logit.coefficient) / table.tokens;
      backs.set(input, carriedToHead(table, share, site.batch, output));
    },
    back(site, inputs, output) {
      const { id, inputs: below } = site.layer;
      const back = backs.get(id);
      if (back === undefined) return { extra: null, weight: 0 };
      const made = tiedBack(
        table,
        { site, inputs, output, carried: carried.get(below[0] ?? -1) ?? null },
        back,
        toHead,
      );
      for (const input of below) if (made.inputs !== null && !backs.has(input)) backs.set(input, made.inputs);
      return made;
    },
  };
}
