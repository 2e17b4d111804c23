import { describe, expect, it } from 'vitest';
import { cellAt, flattenCells, readNotebook } from './notebook.ts';

const python = (source: string) => ({ source, isPython: true });

describe('a flattened notebook', () => {
  it('joins its Python cells and knows where each one lies', () => {
    const { text, cells } = flattenCells([{ source: '# Title', isPython: false }, python('a = 1\n'), python('b = 2')]);
    expect(text).toBe('a = 1\n\nb = 2');
    expect(cells.map((cell) => text.slice(cell.start, cell.end))).toEqual(['a = 1\n', 'b = 2']);
    expect(cells.map((cell) => cell.index)).toEqual([1, 2]);
    expect(cellAt(cells, text.indexOf('b'))?.index).toBe(2);
  });

  it('hides the syntax that is only IPython’s, and moves nothing', () => {
    const source = '%matplotlib inline\nif x:\n    !pip install torch\nfiles = !ls\nmodel?\n!l\ny = 1';
    const { text } = flattenCells([python(source)]);
    expect(text).toHaveLength(source.length);
    expect(text.split('\n').map((line) => line.trimEnd())).toEqual([
      'pass',
      'if x:',
      '    pass',
      'pass',
      'pass',
      '#',
      'y = 1',
    ]);
  });

  it('leaves a modulo and a string alone', () => {
    const source = 'x = (a\n  %b)\ns = """\n%s\n"""\nt = "(" # (\n%time y = 1';
    const { text } = flattenCells([python(source)]);
    expect(text.split('\n').slice(0, 6)).toEqual(source.split('\n').slice(0, 6));
    expect(text).toMatch(/\npass +$/);
  });

  it('hides a cell of another program', () => {
    expect(flattenCells([python('%%bash\nls -l'), python('a')]).text.trim()).toBe('a');
  });
});

describe('readNotebook', () => {
  it('reads sources as text or as lines and skips what is not Python', () => {
    const notebook = {
      metadata: { language_info: { name: 'python' } },
      cells: [
        { cell_type: 'markdown', source: ['# x'] },
        { cell_type: 'code', source: ['a = 1\n', 'b = 2'] },
        { cell_type: 'code', source: 'SELECT 1', metadata: { vscode: { languageId: 'sql' } } },
        { cell_type: 'code', source: 'c = 3' },
      ],
    };
    expect(readNotebook(JSON.stringify(notebook))?.text).toBe('a = 1\nb = 2\nc = 3');
  });

  it('refuses what is no notebook', () => {
    expect(readNotebook('{')).toBeNull();
    expect(readNotebook('{"cells": 1}')).toBeNull();
  });

  it('is empty for a notebook of another language', () => {
    const notebook = { metadata: { kernelspec: { language: 'R' } }, cells: [{ cell_type: 'code', source: 'x <- 1' }] };
    expect(readNotebook(JSON.stringify(notebook))?.text).toBe('');
  });
});
