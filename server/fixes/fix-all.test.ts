import { expect, test } from 'vitest';
import { compatibleEdits } from './fix-all.ts';

const edit = (start: number, end: number, text: string) => ({ path: '/a.py', start, end, text });

test('an edit that two fixes share is made once', () => {
  const importLine = edit(0, 0, 'from torch import nn\n');
  const fixes = [{ edits: [importLine, edit(10, 20, 'a')] }, { edits: [importLine, edit(30, 40, 'b')] }];
  expect(compatibleEdits(fixes)).toEqual([importLine, edit(10, 20, 'a'), edit(30, 40, 'b')]);
});

test('a fix that collides with an earlier one is left out whole', () => {
  const fixes = [{ edits: [edit(10, 20, 'a')] }, { edits: [edit(0, 0, 'import x\n'), edit(15, 25, 'b')] }];
  expect(compatibleEdits(fixes)).toEqual([edit(10, 20, 'a')]);
});
