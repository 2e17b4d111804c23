import { readFileSync } from 'node:fs';
import * as v from 'valibot';
import { cellAt, readNotebook } from '../workspace/notebook.ts';

export interface TextEdit {
  readonly start: number;
  readonly end: number;
  readonly text: string;
}

/** A file that edits are applied to: `text` is what the analyzer reads, `content` what goes back to the disk. */
export interface Editable {
  readonly text: string;
  readonly content: string;
  /** Edits that do not overlap, in any order, as offsets in `text`. */
  apply(edits: readonly TextEdit[]): Editable;
}

export function openEditable(file: string): Editable {
  const content = readFileSync(file, 'utf8');
  return file.endsWith('.ipynb') ? notebook(content) : plain(content);
}

function plain(text: string): Editable {
  return { text, content: text, apply: (edits) => plain(replace(text, edits)) };
}

const notebookSchema = v.looseObject({
  cells: v.array(v.looseObject({ source: v.union([v.string(), v.array(v.string())]) })),
});

/** Edits go into the cells that they lie in; magics, outputs and the file's indentation stay as they are. */
function notebook(content: string): Editable {
  const flat = readNotebook(content);
  if (flat === null) return plain(content);
  return {
    text: flat.text,
    content,
    apply(edits) {
      // Asserted, not parsed: a parsed copy would have its keys in another order.
      const json: unknown = JSON.parse(content);
      v.assert(notebookSchema, json);
      for (const range of flat.cells) {
        const cell = json.cells[range.index];
        const own = edits.filter((edit) => cellAt(flat.cells, edit.start) === range);
        if (cell === undefined || own.length === 0) continue;
        const shifted = own.map((edit) => ({ ...edit, start: edit.start - range.start, end: edit.end - range.start }));
        const isLines = Array.isArray(cell.source);
        const source = replace(Array.isArray(cell.source) ? cell.source.join('') : cell.source, shifted);
        cell.source = isLines ? (source.match(/[^\n]*\n|[^\n]+$/g) ?? []) : source;
      }
      const indentation = /^\{\n?( *)/.exec(content)?.[1]?.length ?? 1;
      return notebook(JSON.stringify(json, null, indentation) + (content.endsWith('\n') ? '\n' : ''));
    },
  };
}

function replace(text: string, edits: readonly TextEdit[]): string {
  return [...edits]
    .sort((a, b) => b.start - a.start || b.end - a.end)
    .reduce((result, edit) => result.slice(0, edit.start) + edit.text + result.slice(edit.end), text);
}
