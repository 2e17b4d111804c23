import { parser } from '@lezer/javascript';
import type { Module } from './ast.ts';
import { type Concrete, type ConcreteNode, parseConcrete } from './concrete.ts';
import { countDefinitions } from './definitions.ts';
import { lowerClass } from './javascript-classes.ts';
import { lowerExpression } from './javascript-expressions.ts';
import { lowerFunction } from './javascript-functions.ts';
import { lowerTarget } from './javascript-patterns.ts';
import { lowerBody, lowerEffect, lowerStatements } from './javascript-statements.ts';
import type { JavaScriptLowering } from './lowering.ts';

/**
 * Parses JavaScript, or TypeScript, whose types are dropped. Never throws; ranges are offsets in `text`.
 *
 * Where the text has errors it is also cut at the lines that look like top-level definitions, and the reading that finds more
 * definitions is kept: a half-typed line spoils no other function.
 */
export function parseJavaScript(text: string, options: { readonly typescript: boolean }): Module {
  const dialects = !options.typescript ? ['jsx'] : /<\/|\/>/.test(text) ? ['ts', 'ts jsx'] : ['ts'];
  const [best] = dialects
    .map((dialect) => ({ dialect, module: parsePieces(text, dialect, [0]) }))
    .sort((a, b) => a.module.errors.length - b.module.errors.length);
  if (best === undefined || best.module.errors.length === 0) return best?.module ?? parsePieces(text, 'jsx', [0]);
  const starts = Array.from(text.matchAll(definitionLine), (match) => match.index).filter((start) => start > 0);
  if (starts.length === 0) return best.module;
  const pieces = parsePieces(text, best.dialect, [0, ...starts]);
  return countDefinitions(pieces.body) > countDefinitions(best.module.body) ? pieces : best.module;
}

const definitionLine = /^(?:export|class|abstract|async|function|const|let|var|import)\b/gm;

function parsePieces(text: string, dialect: string, starts: readonly number[]): Module {
  const configured = parser.configure({ dialect });
  const pieces = starts.map(
    (start, index): Concrete => parseConcrete(configured, text.slice(start, starts[index + 1]), text, start),
  );
  const nodes = pieces.flatMap((piece): readonly ConcreteNode[] => piece.root.children);
  const js: JavaScriptLowering = {
    text,
    expression: (node, fallback) => lowerExpression(node, js, fallback),
    statements: (list) => lowerStatements(list, js),
    body: (node) => lowerBody(node, js),
    effect: (node) => lowerEffect(node, js),
    function: (node) => lowerFunction(node, js),
    class: (node) => lowerClass(node, js),
    target: (node) => lowerTarget(node, js),
  };
  const body = js.statements(nodes);
  return { language: 'javascript', body, errors: pieces.flatMap((piece) => piece.errors) };
}
