import type { Expression, Range, Statement } from './ast.ts';
import { type ConcreteNode, inside, splitAtCommas } from './concrete.ts';
import { stringOf } from './javascript-literals.ts';
import type { JavaScriptLowering } from './lowering.ts';
import { wordIn } from './words.ts';

/** `import …`; type imports bind nothing. */
export function lowerImport(node: ConcreteNode, js: JavaScriptLowering): Statement[] {
  const range = { start: node.start, end: node.end };
  importRequire.lastIndex = node.start;
  const required = importRequire.exec(js.text);
  if (required?.[1] !== undefined && required[2] !== undefined)
    return [{ ...range, type: 'Import', module: required[2], alias: required[1] }];
  const source = node.children.find((child) => child.name === 'String');
  if (source === undefined || node.children[1]?.name === 'type') return [];
  const module = stringOf(source, js.text);
  importBoth.lastIndex = node.start;
  const both = importBoth.exec(js.text);
  if (both?.[1] !== undefined && both[2] !== undefined)
    return [
      importFrom(range, module, [{ name: 'default', alias: both[1] }]),
      { ...range, type: 'Import', module, alias: both[2] },
    ];
  const result: Statement[] = [];
  for (const child of node.children) {
    if (child.name === 'VariableDefinition') {
      const alias = wordIn(js.text, child.start, child.end);
      const isNamespace = node.children.some((other) => other.name === 'Star');
      if (isNamespace) result.push({ ...range, type: 'Import', module, alias });
      else result.push(importFrom(range, module, [{ name: 'default', alias }]));
    } else if (child.name === 'ImportGroup') {
      result.push(importFrom(range, module, groupNames(child, js)));
    }
  }
  return result.length > 0 ? result : [{ ...range, type: 'Import', module, alias: null }];
}

// Two forms that the parser does not know.
const importBoth = /import\s+([\w$]+)\s*,\s*\*\s*as\s+([\w$]+)/y;
const importRequire = /import\s+([\w$]+)\s*=\s*require\(\s*['"]([^'"]+)['"]/y;

/** `export …`; the default export is the name `default`. */
export function lowerExport(node: ConcreteNode, js: JavaScriptLowering): Statement[] {
  const range = { start: node.start, end: node.end };
  const [, second, third] = node.children;
  if (second?.name === 'type' || second === undefined) return [];
  const source = node.children.find((child) => child.name === 'String');
  if (second.name === 'Star' && source !== undefined) {
    const alias = node.children.find((child) => child.name === 'VariableName');
    const module = stringOf(source, js.text);
    if (alias !== undefined)
      return [{ ...range, type: 'Import', module, alias: wordIn(js.text, alias.start, alias.end) }];
    return [importFrom(range, module, [{ name: '*', alias: null }])];
  }
  if (second.name === 'ExportGroup') {
    const names = groupNames(second, js);
    if (source !== undefined) return [importFrom(range, stringOf(source, js.text), names)];
    return names.flatMap(({ name, alias }) =>
      alias === null || alias === name ? [] : [exported(range, alias, { ...range, type: 'Name', name })],
    );
  }
  if (second.name === 'default' && third !== undefined) {
    const declared = js.statements([third]);
    const first = declared[0];
    const name = first?.type === 'Class' ? first.name : first?.type === 'Function' ? first.function.name : null;
    if (name) return [...declared, exported(range, 'default', { ...range, type: 'Name', name })];
    if (first?.type === 'Class')
      return [exported(range, 'default', { ...range, type: 'ClassExpression', class: first })];
    if (first?.type === 'Function')
      return [exported(range, 'default', { ...range, type: 'Lambda', function: first.function })];
    return [exported(range, 'default', js.expression(third))];
  }
  return js.statements(node.children.slice(1));
}

/** The module name of `require('…')` or `await import('…')`, else `null`. */
export function requiredModule(node: ConcreteNode | undefined, js: JavaScriptLowering): string | null {
  if (node?.name === 'AwaitExpression') return requiredModule(node.children[1], js);
  if (node?.name === 'DynamicImport') {
    const source = node.children.find((child) => child.name === 'String');
    return source === undefined ? null : stringOf(source, js.text);
  }
  if (node?.name !== 'CallExpression') return null;
  const [callee, list] = node.children;
  const [source, ...more] = list === undefined ? [] : inside(list);
  if (callee === undefined || wordIn(js.text, callee.start, callee.end) !== 'require') return null;
  return source?.name === 'String' && more.length === 0 ? stringOf(source, js.text) : null;
}

/** `const tf = require('…')`, `const {layers: l} = require('…')`; `null` where the pattern says more than an import can. */
export function lowerRequire(range: Range, target: Expression, module: string): Statement | null {
  if (target.type === 'Name') return { start: range.start, end: range.end, type: 'Import', module, alias: target.name };
  if (target.type !== 'Dict') return null;
  const names = target.entries.map(({ key, value }) =>
    key?.type === 'String' && value.type === 'Name' ? { name: key.value, alias: value.name } : null,
  );
  return names.every((name) => name !== null) ? importFrom(range, module, names) : null;
}

function groupNames(group: ConcreteNode, js: JavaScriptLowering): { name: string; alias: string | null }[] {
  return splitAtCommas(inside(group)).flatMap((nodes) => {
    const [first, ...rest] = nodes;
    if (first === undefined || (first.name === 'type' && rest.length > 0 && rest[0]?.name !== 'as')) return [];
    const name = first.name === 'String' ? stringOf(first, js.text) : wordIn(js.text, first.start, first.end);
    const alias = rest[0]?.name === 'as' ? rest[1] : undefined;
    return [{ name, alias: alias === undefined ? null : wordIn(js.text, alias.start, alias.end) }];
  });
}

function importFrom(range: Range, module: string, names: readonly { name: string; alias: string | null }[]): Statement {
  return { start: range.start, end: range.end, type: 'ImportFrom', module, level: 0, names };
}

function exported(range: Range, name: string, value: Expression): Statement {
  return {
    start: range.start,
    end: range.end,
    type: 'Assign',
    targets: [{ start: range.start, end: range.start, type: 'Name', name }],
    value,
    annotation: null,
    isConst: true,
    declares: true,
  };
}
