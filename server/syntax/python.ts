import { parser } from '@lezer/python';
import type { Module, Range, Statement } from './ast.ts';
import { parseConcrete } from './concrete.ts';
import type { PythonLowering } from './lowering.ts';
import { lowerExpression } from './python-expressions.ts';
import { type CutPython, cutOnce, cutPython, cutPythonAt, type PythonPiece } from './python-pieces.ts';
import { lowerBody, lowerStatement } from './python-statements.ts';
import { type Piece, readPiece } from './statement-cache.ts';

/**
 * Parses Python text. Never throws; ranges are offsets in `text`. What it has in common with the text of the module `before` is
 * not scanned again.
 *
 * Every top-level statement is parsed by itself, so that a half-typed line spoils no other statement and a keystroke costs
 * one. Where that is not
 * enough (an opened `"""` swallows what follows), the text is also cut at the lines that look like top-level definitions, and
 * the reading that finds more of them is kept, or as many with fewer errors.
 */
export function parsePython(text: string, before: Module | null = null): Module {
  const cut = cutPython(text, (before === null ? undefined : cuts.get(before)) ?? null);
  const module = readBest(cut, (piece, start) =>
    readPiece(piece, start, ({ text, masked }) => parseStatement(text, masked, 0)),
  );
  cuts.set(module, cut);
  return module;
}

/** The same for a text that stays as it is: nothing is kept for a later version of it. */
export function parsePythonOnce(text: string): Module {
  return readBest(cutOnce(text), ({ masked }, start) => parseStatement(text, masked, start));
}

const cuts = new WeakMap<Module, CutPython>();

type Read = (piece: PythonPiece, start: number) => Piece;

function readBest(cut: CutPython, read: Read): Module {
  const module = readPieces(cut, read);
  if (module.errors.length === 0) return module;
  const lines = [...cut.text.matchAll(definitionLine)];
  const starts = lines.map((match) => match.index).filter((start) => start > 0);
  if (starts.length === 0) return module;
  const pieces = readPieces(cutPythonAt(cut, [0, ...starts]), read);
  const names = new Set(lines.map((match) => match.index + match[0].length));
  const more = countNamed(pieces.body, names) - countNamed(module.body, names);
  return more > 0 || (more === 0 && pieces.errors.length < module.errors.length) ? pieces : module;
}

/** How many of the lines that look like definitions are read as such: prose of a docstring may be read as classes too. */
function countNamed(body: readonly Statement[], names: ReadonlySet<number>): number {
  return body.filter((statement) => {
    const at =
      statement.type === 'Class' ? statement.nameAt : statement.type === 'Function' ? statement.function.nameAt : null;
    return at !== null && names.has(at.start);
  }).length;
}

/** With the decorators before it, where each is on one line. */
const definitionLine = /^(?:@.*\r?\n)*(?:class|(?:async[ \t]+)?def)[ \t]+/gm;

function readPieces({ pieces, starts }: CutPython, readOne: Read): Module {
  const body: Statement[] = [];
  const errors: Range[] = [];
  const placed: { start: number; text: string }[] = [];
  pieces.forEach((piece, index) => {
    const start = starts[index] ?? 0;
    for (const error of piece.errors) errors.push({ start: error.start + start, end: error.end + start });
    placed.push({ start, text: piece.text });
    const read = readOne(piece, start);
    for (const statement of read.statements) body.push(statement);
    for (const error of read.errors) errors.push(error);
  });
  return { language: 'python', body, errors, pieces: placed };
}

/** The statement that begins at `start` in `text`; `masked` is what the parser gets of it. */
function parseStatement(text: string, masked: string, start: number): Piece {
  const py: PythonLowering = {
    text,
    expression: (node) => lowerExpression(node, py),
    body: (node) => lowerBody(node, py),
  };
  const { root, errors } = parseConcrete(parser, masked, text, start);
  return { statements: root.children.flatMap((node) => lowerStatement(node, py)), errors };
}
