import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import type { Statement } from './ast.ts';
import { parsePython } from './python.ts';

const source = `import torch.nn as nn


class First(nn.Module):
    def __init__(self, width=64):
        super().__init__()
        self.fc = nn.Linear(width, 0.5 * width)

    def forward(self, x):
        return self.fc(x)


@register
class Second(First):
    def forward(self, x):
        text = """not code: class Third:"""
        return x


def build():
    return First()
`;

const names = (body: readonly Statement[]): string[] =>
  body.flatMap((statement) => {
    if (statement.type === 'Class') return [statement.name, ...names(statement.body)];
    if (statement.type === 'Function') return [statement.function.name ?? ''];
    return [];
  });

describe('parsePython', () => {
  it('keeps ranges into the text, without the white space after a block', () => {
    const [, first] = parsePython(source).body;
    expect(first?.type).toBe('Class');
    expect(source.slice(first?.start, first?.end)).toMatch(/^class First[\s\S]*return self\.fc\(x\)$/);
  });

  it('keeps the other definitions while somebody types', () => {
    const all = ['First', '__init__', 'forward', 'Second', 'forward', 'build'];
    expect(names(parsePython(source).body)).toEqual(all);
    const lines = source.split('\n');
    for (const typed of [
      'self.x = nn.Linear(3, ',
      'x = [',
      'foo(a, {',
      "x = 'abc",
      'if x',
      'for i in',
      'return (',
      'x = ',
    ]) {
      for (let line = 0; line < lines.length; line++) {
        const indent = /^ */.exec(lines[line] || lines[line + 1] || '')?.[0] ?? '';
        const text = [...lines.slice(0, line), `${indent}${typed}`, ...lines.slice(line)].join('\n');
        const found = names(parsePython(text).body);
        const lost = all.filter((name) => !found.includes(name));
        expect(lost.length, `${typed} before line ${line}: ${found}`).toBeLessThanOrEqual(1);
      }
    }
  });

  it('keeps the other definitions after an opened triple quote', () => {
    const text = source.replace('class First', '"""\nclass First');
    expect(names(parsePython(text).body)).toEqual(expect.arrayContaining(['First', 'build']));
  });

  it("reads a notebook's magic lines as blanks", () => {
    const module = parsePython('%matplotlib inline\n!pip install torch\nx = 7 % 3\n');
    expect(module.errors).toEqual([]);
    expect(module.body.map(({ type }) => type)).toEqual(['Assign']);
  });

  it('marks what it cannot read', () => {
    const module = parsePython('x = 1\ny = = 2\nz = 3\n');
    expect(module.errors.length).toBeGreaterThan(0);
    expect(module.body.length).toBeGreaterThanOrEqual(2);
  });

  it('neither throws nor hangs on hostile nesting', () => {
    const started = Date.now();
    for (const open of ['(', '[', '{', 'f(', 'not ', '-', 'lambda: ', 'a.b', '"""', 'f"{', 'a ** ', 'x if y else '])
      parsePython(`x = ${open.repeat(50_000)}\nclass A: pass\n`);
    expect(Date.now() - started).toBeLessThan(60_000);
  });

  it("reads brackets that are nested as deep as CPython's tokenizer allows, and no deeper", () => {
    const nested = (depth: number) => parsePython(`x = ${'['.repeat(depth)}${']'.repeat(depth)}\nclass A: pass\n`);
    expect(nested(200).errors).toEqual([]);
    expect(nested(201).errors).toHaveLength(1);
    expect(names(nested(50_000).body)).toEqual(['A']);
  });

  it('does not throw on a text that is cut or shuffled', () => {
    const text = readFileSync(new URL(import.meta.url), 'utf8') + source;
    for (let i = 0; i < 300; i++) {
      const at = (i * 7919) % source.length;
      parsePython(source.slice(0, at) + source.slice((at * 31) % source.length));
      parsePython(text.slice(at, at + 500));
    }
  });
});
