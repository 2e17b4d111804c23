import { parser } from '@lezer/python';
import type { Module, Range, Statement } from './ast.ts';
import { parseConcrete } from './concrete.ts';
import type { PythonLowering } from './lowering.ts';
import { lowerExpression } from './python-expressions.ts';
import { scanPython } from './python-source.ts';
import { lowerBody, lowerStatement } from './python-statements.ts';
import { type Piece, readPiece } from './statement-cache.ts';

/**
 * Parses Python text. Never throws; ranges are offsets in `text`.
 *
 * Every top-level statement is parsed by itself, so that a half-typed line spoils no other statement and a keystroke costs
 * one. Where that is not
 * enough (an opened `"""` swallows what follows), the text is also cut at the lines that look like top-level definitions, and
 * the reading that finds more of them is kept, or as many with fewer errors.
 */
export function parsePython(text: string): Module {
  const module = parsePieces(text, [0]);
  if (module.errors.length === 0) return module;
  const lines = [...text.matchAll(definitionLine)];
  const starts = lines.map((match) => match.index).filter((start) => start > 0);
  if (starts.length === 0) return module;
  const pieces = parsePieces(text, [0, ...starts]);
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

/** Parses pieces of the text that begin at `starts`, each as if it were alone. */
function parsePieces(text: string, starts: readonly number[]): Module {
  const body: Statement[] = [];
  const errors: Range[] = [];
  const comments: Module['comments'][number][] = [];
  const placed: { start: number; text: string }[] = [];
  starts.forEach((start, index) => {
    const part = text.slice(start, starts[index + 1]);
    const source = scanPython(part);
    for (const comment of source.comments)
      comments.push({ ...comment, start: comment.start + start, end: comment.end + start });
    source.cuts.forEach((cut, at) => {
      const own = part.slice(cut, source.cuts[at + 1]);
      placed.push({ start: start + cut, text: own });
      const piece = parseStatement(own, source.masked.slice(cut, source.cuts[at + 1]), start + cut);
      body.push(...piece.statements);
      errors.push(...piece.errors);
    });
  });
  return { language: 'python', body, comments, errors, pieces: placed };
}

/** One top-level statement, which stands at `at` in the module. */
function parseStatement(text: string, masked: string, at: number): Piece {
  const key = text === masked ? text : `${text}\0${masked}`;
  return readPiece(key, at, () => {
    const py: PythonLowering = {
      text,
      expression: (node) => lowerExpression(node, py),
      body: (node) => lowerBody(node, py),
    };
    const { root, errors } = parseConcrete(parser, masked, text, 0);
    return { statements: root.children.flatMap((node) => lowerStatement(node, py)), errors };
  });
}
