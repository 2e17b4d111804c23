import { describe, expect, it } from 'vitest';
import type { Expression, Statement } from './ast.ts';
import { parseJavaScript } from './javascript.ts';

const parse = (text: string) => parseJavaScript(text, { typescript: true });

function value(text: string): Expression | null {
  return only(`const x = ${text};`, 'Assign').value;
}

function only<T extends Statement['type']>(text: string, type: T): Extract<Statement, { type: T }> {
  const [statement] = parse(text).body;
  if (statement?.type !== type) throw new Error(`${statement?.type} instead of ${type}`);
  return statement as Extract<Statement, { type: T }>;
}

describe('parseJavaScript', () => {
  it('knows every way to import', () => {
    const { body } = parse(`import * as tf from '@tensorflow/tfjs';
import a, { b as c, type D } from './x';
import e, * as f from 'y';
import g = require('z');
const h = require('w'), { i, j: k } = require('v');
const l = await import('u');
import type { M } from 'n';`);
    expect(body.filter(({ type }) => type.startsWith('Import'))).toMatchObject([
      { type: 'Import', module: '@tensorflow/tfjs', alias: 'tf' },
      { type: 'ImportFrom', module: './x', names: [{ name: 'default', alias: 'a' }] },
      { type: 'ImportFrom', module: './x', names: [{ name: 'b', alias: 'c' }] },
      { type: 'ImportFrom', module: 'y', names: [{ name: 'default', alias: 'e' }] },
      { type: 'Import', module: 'y', alias: 'f' },
      { type: 'Import', module: 'z', alias: 'g' },
      { type: 'Import', module: 'w', alias: 'h' },
      {
        type: 'ImportFrom',
        module: 'v',
        names: [
          { name: 'i', alias: 'i' },
          { name: 'j', alias: 'k' },
        ],
      },
      { type: 'Import', module: 'u', alias: 'l' },
    ]);
  });

  it('drops types', () => {
    expect(parse('interface A { b: C } type D = E; declare const f: G; enum H { I }').body).toEqual([]);
    const assign = only('const x = <T>(a!.b as unknown as C<D>).e satisfies F;', 'Assign');
    expect(assign.value).toMatchObject({ type: 'Attribute', name: 'e', object: { type: 'Attribute', name: 'b' } });
  });

  it('sets fields and parameter properties in the constructor, after super', () => {
    const { body } = only(
      'class A extends B { static s = 1; n = 2; constructor(private units: number) { super(units); this.last = 3; } }',
      'Class',
    );
    const [method, field] = body;
    expect(field).toMatchObject({ type: 'Assign', targets: [{ type: 'Name', name: 's' }] });
    const statements = method?.type === 'Function' ? method.function.body : [];
    expect(statements).toMatchObject([
      { type: 'Expression', value: { type: 'Call', callee: { name: 'super' } } },
      { type: 'Assign', targets: [{ type: 'Attribute', name: 'n' }] },
      { type: 'Assign', targets: [{ type: 'Attribute', name: 'units' }], value: { type: 'Name', name: 'units' } },
      { type: 'Assign', targets: [{ type: 'Attribute', name: 'last' }] },
    ]);
  });

  it('makes ifs of a switch: labels together, fall through, default anywhere', () => {
    const chain = only('switch (x) { case 1: case 2: a(); break; default: d(); case 3: c(); }', 'If');
    expect(chain.test).toMatchObject({ type: 'Logical', operator: 'or' });
    expect(chain.body).toHaveLength(1);
    const [second] = chain.orElse;
    expect(second).toMatchObject({ type: 'If', body: [{ type: 'Expression' }] });
    // default falls into case 3.
    expect(second?.type === 'If' ? second.orElse : []).toHaveLength(2);
  });

  it('keeps the update of a loop apart, so that continue reaches it', () => {
    const { body } = parse('for (let i = 0, j = 9; i < j; i++, j--) { f(i) }');
    expect(body.map(({ type }) => type)).toEqual(['Assign', 'Assign', 'While']);
    expect(body[2]).toMatchObject({ update: { type: 'Block', body: [{ operator: '+' }, { operator: '-' }] } });
  });

  it('takes powers from the right, and gives postfix steps the value from before', () => {
    expect(value('a ** b ** c')).toMatchObject({ left: { name: 'a' }, right: { type: 'Binary', operator: '**' } });
    expect(value('i++')).toMatchObject({ type: 'Binary', operator: '-', left: { type: 'Walrus' } });
  });

  it('tells declarations from assignments', () => {
    expect(parse('const a = 1; let b = 2; c = 3;').body).toMatchObject([
      { isConst: true, declares: true },
      { isConst: false, declares: true },
      { isConst: false, declares: false },
    ]);
  });

  it('destructures with defaults, holes and rests', () => {
    const assign = only('const { a, b: { c = 1 }, ...d } = e;', 'Assign');
    expect(assign.targets[0]).toMatchObject({
      type: 'Dict',
      entries: [
        { key: { value: 'a' }, value: { name: 'a' } },
        {
          key: { value: 'b' },
          value: { type: 'Dict', entries: [{ value: { type: 'Walrus', target: { name: 'c' } } }] },
        },
        { key: null, value: { name: 'd' } },
      ],
    });
    expect(only('const [x, , ...y] = z;', 'Assign').targets[0]).toMatchObject({
      type: 'List',
      items: [{ name: 'x' }, { type: 'Unknown' }, { type: 'Star' }],
    });
  });

  it('hoists functions, and keeps their names as exports', () => {
    const { body } = parse('f(); export function f() {} export default class A {} export { f as g };');
    expect(body.map(({ type }) => type)).toEqual(['Function', 'Expression', 'Class', 'Assign', 'Assign']);
    expect(body.slice(3)).toMatchObject([{ targets: [{ name: 'default' }] }, { targets: [{ name: 'g' }] }]);
  });

  it('keeps the other functions while somebody types', () => {
    const text =
      'const model = tf.sequential({layers: [tf.layers.dense({units: 3, \n\nfunction a() { return 1 }\nclass B {}\nexport const c = () => 2;\n';
    const { body, errors } = parse(text);
    expect(errors.length).toBeGreaterThan(0);
    const found = JSON.stringify(body);
    for (const name of ['"a"', '"B"', '"c"']) expect(found).toContain(name);
  });

  it('neither throws nor hangs on hostile nesting', () => {
    for (const open of ['(', '[', '{', '-', 'x=>', '`${', 'f"{', 'a?', '<div>', 'new ']) parse(open.repeat(20_000));
  }, 120_000);
});
