import type { Edit } from './fix.ts';
import { importEdit, importsOf, nameOf } from './imports.ts';
import type { Source } from './source.ts';

/** How this file spells `torch.nn.init.`; with an import to add where it has no way of saying it. */
export function initPrefix(source: Source): { readonly prefix: string; readonly edits: readonly Edit[] } {
  const imports = importsOf(source.syntax.body);
  const spelled =
    nameOf(imports, 'torch.nn.init', '.') ??
    nameOf(imports, 'torch.nn', '.init.') ??
    nameOf(imports, 'torch', '.nn.init.');
  if (spelled !== null) return { prefix: spelled, edits: [] };
  return { prefix: 'nn.init.', edits: [importEdit(source, 'from torch import nn', imports)] };
}

/** Is this the name of `torch.nn.init` itself? */
export function isInitModule(name: string, source: Source): boolean {
  return /(?:^|\.)init$/.test(name) || nameOf(importsOf(source.syntax.body), 'torch.nn.init', '') === name;
}
