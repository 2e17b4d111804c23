import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { openEditable } from './editable.ts';

const folder = mkdtempSync(path.join(os.tmpdir(), 'editable-'));
afterAll(() => rmSync(folder, { recursive: true }));

function write(name: string, content: string): string {
  const file = path.join(folder, name);
  writeFileSync(file, content);
  return file;
}

test('edits of a plain file are applied in any order', () => {
  const editable = openEditable(write('a.py', 'one two three'));
  const edits = [
    { start: 0, end: 3, text: '1' },
    { start: 8, end: 13, text: '3' },
    { start: 7, end: 7, text: ',' },
  ];
  expect(editable.apply(edits).content).toBe('1 two, 3');
});

test('an edit of a notebook changes its cell and nothing else of the file', () => {
  const cells = [
    { cell_type: 'markdown', metadata: {}, source: ['# title\n', 'text'] },
    {
      cell_type: 'code',
      execution_count: 3,
      metadata: {},
      outputs: [{ text: 'x' }],
      source: ['%matplotlib inline\n', 'a = 1'],
    },
    { cell_type: 'code', metadata: {}, outputs: [], source: 'b = 2\nc = 3\n' },
  ];
  const content = `${JSON.stringify({ cells, metadata: { language_info: { name: 'python' } }, nbformat: 4 }, null, 1)}\n`;
  const file = write('n.ipynb', content);
  const editable = openEditable(file);
  const at = editable.text.indexOf('1');
  const later = editable.text.indexOf('3');
  const edited = editable.apply([
    { start: at, end: at + 1, text: '10' },
    { start: later, end: later + 1, text: '30' },
  ]);
  const expected = content.replace('"a = 1"', '"a = 10"').replace('b = 2\\nc = 3\\n', 'b = 2\\nc = 30\\n');
  expect(edited.content).toBe(expected);
  expect(edited.text).toContain('a = 10');
  expect(readFileSync(file, 'utf8')).toBe(content);
});
