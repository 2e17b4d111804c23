import * as v from 'valibot';

/** A cell's place in the flattened text: offsets `[start, end)`, without the line break that joins it to the next one. */
export interface CellRange {
  /** Among all cells of the notebook, from 0. */
  readonly index: number;
  readonly start: number;
  readonly end: number;
}

/** A notebook as one Python module: its Python cells in order, joined by newlines. */
export interface FlatNotebook {
  readonly text: string;
  readonly cells: readonly CellRange[];
}

const notebookSchema = v.object({
  metadata: v.optional(
    v.object({
      language_info: v.optional(v.object({ name: v.optional(v.string()) })),
      kernelspec: v.optional(v.object({ language: v.optional(v.string()) })),
    }),
  ),
  cells: v.array(
    v.object({
      cell_type: v.string(),
      source: v.union([v.string(), v.array(v.string())]),
      metadata: v.optional(v.object({ vscode: v.optional(v.object({ languageId: v.optional(v.string()) })) })),
    }),
  ),
});

/** Reads an `.ipynb` file; `null` where it is none, or not Python's. */
export function readNotebook(json: string): FlatNotebook | null {
  let content: unknown;
  try {
    content = JSON.parse(json);
  } catch {
    return null;
  }
  const result = v.safeParse(notebookSchema, content);
  if (!result.success) return null;
  const { metadata, cells } = result.output;
  const language = metadata?.language_info?.name ?? metadata?.kernelspec?.language ?? 'python';
  return flattenCells(
    cells.map(({ cell_type, source, metadata: own }) => ({
      source: typeof source === 'string' ? source : source.join(''),
      isPython: cell_type === 'code' && (own?.vscode?.languageId ?? language) === 'python',
    })),
  );
}

/** Joins the Python cells; what is IPython's own syntax is overwritten, so that every character keeps its place. */
export function flattenCells(cells: readonly { readonly source: string; readonly isPython: boolean }[]): FlatNotebook {
  const ranges: CellRange[] = [];
  const texts: string[] = [];
  let start = 0;
  for (const [index, cell] of cells.entries()) {
    if (!cell.isPython) continue;
    const text = maskMagics(cell.source);
    texts.push(text);
    ranges.push({ index, start, end: start + text.length });
    start += text.length + 1;
  }
  return { text: texts.join('\n'), cells: ranges };
}

/** The cell that an offset lies in; the end of a cell belongs to it. */
export function cellAt(cells: readonly CellRange[], offset: number): CellRange | null {
  return cells.find((cell) => cell.start <= offset && offset <= cell.end) ?? null;
}

/** `%magic`, `!command`, `name?` at the start of a statement become `pass` or a comment; a `%%magic` cell is all comment. */
function maskMagics(source: string): string {
  if (/^\s*%%/.test(source)) return source.replace(/[^\n]/g, ' ');
  const lines = source.split('\n');
  let open: OpenSyntax = { depth: 0, quote: null };
  return lines
    .map((line) => {
      const startsStatement = open.depth === 0 && open.quote === null;
      if (startsStatement && /^\s*(?:[%!]\S|\?\w|[\w.]+\?{1,2}\s*$)/.test(line)) return mask(line);
      if (startsStatement && /^\s*[\w, ]+=\s*[%!]\w/.test(line)) return mask(line);
      open = scan(line, open);
      return line;
    })
    .join('\n');
}

function mask(line: string): string {
  const indentation = /^\s*/.exec(line)?.[0] ?? '';
  const length = line.length - indentation.length;
  return indentation + (length >= 4 ? 'pass'.padEnd(length) : '#'.padEnd(length));
}

interface OpenSyntax {
  /** Brackets that are open. */
  readonly depth: number;
  /** The triple quote that is open. */
  readonly quote: string | null;
}

/** Follows brackets and strings through one line. */
function scan(line: string, open: OpenSyntax): OpenSyntax {
  let { depth, quote } = open;
  for (let i = 0; i < line.length; i++) {
    const rest = line.slice(i, i + 3);
    const char = line[i] ?? '';
    if (quote !== null) {
      if (char === '\\') i++;
      else if (line.startsWith(quote, i)) {
        i += quote.length - 1;
        quote = null;
      }
    } else if (rest === '"""' || rest === "'''") {
      quote = rest;
      i += 2;
    } else if (char === '"' || char === "'") quote = char;
    else if (char === '#') break;
    else if ('([{'.includes(char)) depth++;
    else if (')]}'.includes(char)) depth = Math.max(0, depth - 1);
  }
  // A plain string ends with its line.
  return { depth, quote: quote?.length === 3 ? quote : null };
}
