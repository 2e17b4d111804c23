import type { Span } from '../../core/graph/span.ts';
import type { Expression, Language, Module, Range, Statement } from '../syntax/ast.ts';
import { parseJavaScript } from '../syntax/javascript.ts';
import { parsePython } from '../syntax/python.ts';
import { partsOf } from '../syntax/statement-cache.ts';
import type { ModuleAnalysis } from '../workspace/analysis.ts';

/** A module that edits are made for. */
export interface Source {
  readonly path: string;
  readonly text: string;
  readonly language: Language;
  readonly syntax: Module;
}

export type Node = Expression | Statement;

const opened = new WeakMap<ModuleAnalysis, Source>();

export function openSource(analysis: ModuleAnalysis): Source {
  const known = opened.get(analysis);
  if (known !== undefined) return known;
  const { path, text, language } = analysis;
  const syntax =
    language === 'python' ? parsePython(text) : parseJavaScript(text, { typescript: /\.[cm]?tsx?$/.test(path) });
  const source = { path, text, language, syntax };
  opened.set(analysis, source);
  return source;
}

export function textOf(source: Source, { start, end }: Range): string {
  return source.text.slice(start, end);
}

/**
 * The statements and expressions around a range, outermost first; the last one is the expression that has exactly this
 * range. Empty where there is none.
 */
export function pathTo(source: Source, span: Pick<Span, 'start' | 'end'>): readonly Node[] {
  const path: Node[] = [];
  return descend(source.syntax.body, span, path) ? path : [];
}

/** Statements and expressions below a node, however it holds them. */
function descend(value: unknown, span: Pick<Span, 'start' | 'end'>, path: Node[]): boolean {
  if (typeof value !== 'object' || value === null) return false;
  if (Array.isArray(value)) return value.some((item) => descend(item, span, path));
  const isNode = isRange(value) && 'type' in value && typeof value.type === 'string';
  if (isRange(value) && (value.end < span.start || value.start > span.end)) return false;
  if (isNode) path.push(value as unknown as Node);
  if (partsOf(value).some((child) => descend(child, span, path))) return true;
  if (isNode && isExactly(value, span) && !statementTypes.has(String(value.type))) return true;
  if (isNode) path.pop();
  return false;
}

function isRange(value: object): value is Range {
  return 'start' in value && 'end' in value && typeof value.start === 'number' && typeof value.end === 'number';
}

function isExactly(range: Range, span: Pick<Span, 'start' | 'end'>): boolean {
  return range.start === span.start && range.end === span.end;
}

const statementTypes: ReadonlySet<string> = new Set<Statement['type']>([
  'Expression',
  'Assign',
  'AugmentedAssign',
  'If',
  'For',
  'While',
  'Function',
  'Class',
  'Return',
  'With',
  'Try',
  'Import',
  'ImportFrom',
  'Raise',
  'Delete',
  'Scope',
  'Block',
  'Assert',
  'Match',
  'Break',
  'Continue',
  'Pass',
]);
