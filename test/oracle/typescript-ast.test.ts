import { globSync, readFileSync } from 'node:fs';
import path from 'node:path';
import ts from 'typescript';
import { describe, expect, it } from 'vitest';
import type { Module } from '../../server/syntax/ast.ts';
import { parseJavaScript } from '../../server/syntax/javascript.ts';

/*
 * The lowering of JavaScript and TypeScript against TypeScript's own parser on real files: every call, function, class,
 * string and number is found at the same place, and nothing else.
 */

const root = path.resolve(import.meta.dirname, '../..');
const files = [
  ...globSync('{core,server,trainer,client,webview,scripts}/**/*.ts', { cwd: root }),
  ...globSync('node_modules/@tensorflow/tfjs-layers/dist/**/*.js', {
    cwd: root,
    exclude: (name) => /\.min\.|miniprogram|_test\.js|tf-layers/.test(name),
  }),
  ...globSync('samples/tfjs/*', { cwd: root }),
].filter((file) => !file.includes('/dist/types/'));

describe('JavaScript and TypeScript', () => {
  it('finds what TypeScript finds, on real files', () => {
    const read = files.map((file) => {
      const text = readFileSync(path.join(root, file), 'utf8');
      const module = parseJavaScript(text, { typescript: file.endsWith('.ts') });
      const truth = truthOf(text, file);
      const ours = oursOf(text, module);
      const missing = [...truth].filter((place) => !ours.has(place));
      const invented = [...ours].filter((place) => !truth.has(place));
      const isSame = missing.length + invented.length === 0;
      return {
        file,
        isSame,
        errors: module.errors.length,
        missing: show(missing, text),
        invented: show(invented, text),
      };
    });
    expect(read.length).toBeGreaterThan(150);
    // The grammar has gaps of its own (an object type before an object of many names); then it says that it has errors.
    expect(read.filter(({ isSame, errors }) => !isSame && errors === 0)).toEqual([]);
    const different = read.filter(({ isSame }) => !isSame).map(({ file }) => file);
    expect(different.length, different.join(', ')).toBeLessThanOrEqual(read.length / 100);
  });
});

function show(places: readonly string[], text: string): string[] {
  return places.slice(0, 5).map((place) => {
    const [kind, start, end] = place.split(' ');
    return `${kind}: ${text.slice(Number(start), Number(end)).slice(0, 80)}`;
  });
}

/** `kind start end` of every node that the lowering keeps. */
function truthOf(text: string, file: string): Set<string> {
  const places = new Set<string>();
  const source = ts.createSourceFile(file, text, ts.ScriptTarget.Latest, true);
  const visit = (node: ts.Node): void => {
    if (ts.isTypeNode(node) && !ts.isExpressionWithTypeArguments(node)) return;
    if (isDropped(node)) return;
    const kind = kindOf(node);
    if (kind !== null) places.add(placeOf(kind, node.getStart(source), node.getEnd()));
    ts.forEachChild(node, visit);
  };
  visit(source);
  return places;
}

/** Definitions begin before or after their modifiers; their end is enough. */
function placeOf(kind: string, start: number, end: number): string {
  return `${kind} ${kind === 'function' || kind === 'class' ? Math.max(0, end - 40) : start} ${end}`;
}

function kindOf(node: ts.Node): string | null {
  if (ts.isCallExpression(node) || ts.isNewExpression(node)) return isImport(node) ? null : 'call';
  if (ts.isArrowFunction(node) || ts.isFunctionExpression(node)) return 'function';
  if (ts.isFunctionDeclaration(node) || ts.isMethodDeclaration(node))
    return node.body === undefined ? null : 'function';
  if (ts.isConstructorDeclaration(node) || ts.isAccessor(node)) return 'function';
  if (ts.isClassLike(node)) return 'class';
  if (
    (ts.isNumericLiteral(node) || ts.isBigIntLiteral(node)) &&
    !(ts.isPropertyAssignment(node.parent) && node.parent.name === node)
  )
    return 'number';
  return null;
}

/** `const x = require('…')` and `await import('…')` are imports. */
function isImport(node: ts.CallExpression | ts.NewExpression): boolean {
  const callee = node.expression;
  return callee.kind === ts.SyntaxKind.ImportKeyword || (ts.isIdentifier(callee) && callee.text === 'require');
}

/** What the analyzer does not look into. */
function isDropped(node: ts.Node): boolean {
  return (
    ts.isEnumDeclaration(node) ||
    ts.isModuleDeclaration(node) ||
    ts.isInterfaceDeclaration(node) ||
    ts.isTypeAliasDeclaration(node) ||
    ts.isDecorator(node) ||
    (ts.isVoidExpression(node) && ts.isNumericLiteral(node.expression)) ||
    ts.isTaggedTemplateExpression(node) ||
    ts.isClassStaticBlockDeclaration(node) ||
    (ts.isComputedPropertyName(node) && !ts.isObjectLiteralElementLike(node.parent)) ||
    (ts.isAccessor(node) && ts.isObjectLiteralExpression(node.parent)) ||
    (ts.canHaveModifiers(node) &&
      ts.getModifiers(node)?.some(({ kind }) => kind === ts.SyntaxKind.DeclareKeyword) === true)
  );
}

function oursOf(text: string, module: Module): Set<string> {
  const places = new Set<string>();
  const visit = (node: unknown): void => {
    if (Array.isArray(node)) {
      for (const item of node) visit(item);
      return;
    }
    if (typeof node !== 'object' || node === null) return;
    const { type, start, end, callee, parameters, isArrow } = node as Record<string, unknown> & {
      callee?: Callee;
    };
    const isWritten = Number(end) > Number(start);
    if (type === 'Call' && isWritten && callee?.name !== 'typeof' && !isKeysOf(callee))
      places.add(`call ${start} ${end}`);
    if (parameters !== undefined && isArrow !== undefined && isWritten)
      places.add(placeOf('function', Number(start), Number(end)));
    if (type === 'Class') places.add(placeOf('class', Number(start), Number(end)));
    if (type === 'Number' && isWritten && /\d/.test(text.slice(Number(start), Number(end))))
      places.add(`number ${start} ${end}`);
    for (const child of Object.values(node)) visit(child);
  };
  visit(module.body);
  return places;
}

/** `for (k in o)` is lowered to a loop over `Object.keys(o)`, which nobody wrote. */
function isKeysOf(callee: Callee | undefined): boolean {
  return callee?.name === 'keys' && callee.object?.end === callee.end;
}

interface Callee {
  readonly name?: string;
  readonly end: number;
  readonly object?: { readonly end: number };
}
