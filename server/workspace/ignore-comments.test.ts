import { describe, expect, it } from 'vitest';
import { type Finding, noEffect } from '../../core/rules/finding.ts';
import { applyIgnoreComments, ignoreCommentEdit } from './ignore-comments.ts';

/** A finding on the text between the two bars. */
function at(marked: string, path = '/net.py'): { readonly text: string; readonly finding: Finding } {
  const start = marked.indexOf('|');
  const end = marked.lastIndexOf('|') - 1;
  const place = { model: 'Net', layer: null, parameter: null, related: [], remedies: [], effect: noEffect };
  const finding: Finding = { rule: 'zero-init', severity: 'warning', message: '', at: { path, start, end }, ...place };
  return { text: marked.replaceAll('|', ''), finding };
}

function isSilent(marked: string): boolean {
  const { text, finding } = at(marked);
  return applyIgnoreComments([finding], () => text).length === 0;
}

function withEdit(marked: string, path?: string): string {
  const { text, finding } = at(marked, path);
  const edit = ignoreCommentEdit(text, finding.at, 'zero-init');
  return text.slice(0, edit.start) + edit.text + text.slice(edit.end);
}

describe('an ignore comment', () => {
  it('silences the rules it names, or all, in its own line', () => {
    expect(isSilent('|zeros_(w)|  # initscope: ignore[zero-init]')).toBe(true);
    expect(isSilent('|zeros_(w)|  # initscope: ignore')).toBe(true);
    expect(isSilent('|zeros_(w)|  # noqa  # initscope: ignore[std-too-large, zero-init]')).toBe(true);
    expect(isSilent('|zeros_(w)|  # initscope: ignore[std-too-large]')).toBe(false);
  });

  it('silences the statement below it when it stands alone', () => {
    expect(isSilent('# initscope: ignore[zero-init]\n|zeros_(w)|')).toBe(true);
    expect(isSilent('# initscope: ignore[zero-init]\n# why\n|zeros_(w)|')).toBe(true);
    expect(isSilent('ones_(v)  # initscope: ignore[zero-init]\n|zeros_(w)|')).toBe(false);
    expect(isSilent('# initscope: ignore[zero-init]\nones_(v)\n|zeros_(w)|')).toBe(false);
  });

  it('holds for every line of what it is about', () => {
    expect(isSilent('|zeros_(\n  w,  # initscope: ignore[zero-init]\n)|')).toBe(true);
  });
});

describe('an ignore-file comment', () => {
  it('silences the whole file, wherever it stands alone in a line', () => {
    expect(isSilent('# initscope: ignore-file\nx = 1\n|zeros_(w)|')).toBe(true);
    expect(isSilent('|f()|;\n  // initscope: ignore-file[zero-init]')).toBe(true);
    expect(isSilent('# initscope: ignore-file[std-too-large]\n|zeros_(w)|')).toBe(false);
    expect(isSilent('x = 1  # initscope: ignore-file\n|zeros_(w)|')).toBe(false);
  });
});

describe('the edit that ignores', () => {
  it('appends a comment in the syntax of the language', () => {
    expect(withEdit('    |zeros_(w)|\nx = 1')).toBe('    zeros_(w)  # initscope: ignore[zero-init]\nx = 1');
    expect(withEdit('|f()|;', '/net.ts')).toBe('f();  // initscope: ignore[zero-init]');
  });

  it('adds to the comment that is there', () => {
    expect(withEdit('|f()|  # initscope: ignore[std-too-large] on purpose')).toBe(
      'f()  # initscope: ignore[std-too-large, zero-init] on purpose',
    );
  });

  it('goes above a continued line', () => {
    expect(withEdit('  y = \\\n  |zeros_(w)| \\\n  + 1')).toBe(
      '  # initscope: ignore[zero-init]\n  y = \\\n  zeros_(w) \\\n  + 1',
    );
  });

  it('silences what it was made for', () => {
    for (const source of ['|f()|', 'a = \\\n |f()| \\\n + 1', '|f(\n1)|', '|f()| # initscope: ignore[b]']) {
      const { text, finding } = at(source);
      const edit = ignoreCommentEdit(text, finding.at, 'zero-init');
      const after = text.slice(0, edit.start) + edit.text + text.slice(edit.end);
      const shift = edit.end <= finding.at.start ? after.length - text.length : 0;
      const moved = { ...finding.at, start: finding.at.start + shift, end: finding.at.end + shift };
      expect(applyIgnoreComments([{ ...finding, at: moved }], () => after)).toEqual([]);
    }
  });
});
