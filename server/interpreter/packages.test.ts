import { expect, it } from 'vitest';
import { runFiles } from './test-run.ts';

/* Libraries decide by what is installed, and in which version, what they define. */

function printed(text: string, others: Readonly<Record<string, string>> = {}): readonly string[] {
  return runFiles({ '/main.py': text, ...others }).printed;
}

it('tells the version that a package says it has', () => {
  const text = `
import importlib.metadata
from importlib.util import find_spec
from packaging import version
print(find_spec('tool') is not None, importlib.metadata.version('tool'))
print(version.parse(importlib.metadata.version('tool')) >= version.parse('2.6.0'))
print(importlib.metadata.version('nowhere'), version.parse(importlib.metadata.version('nowhere')) > version.parse('1.0'))
`;
  expect(printed(text, { '/tool/__init__.py': "__version__ = '2.10.1'" })).toEqual(['True 2.10.1', 'True', '? ?']);
});

// As Python's packaging has them (version 24).
it('orders versions by their numbers', () => {
  const text = `
from packaging.version import Version, parse
print(Version('2.10') > Version('2.9.3'), parse('1.0') == Version('1'), parse('v2.1.0+cu118') <= parse('2.1'))
print(Version('0.13.1') < parse('2.0.0'), Version('2.0') != Version('2.0.1'), parse('2') >= parse('2.0.0.1'))
print(Version('2.6.0rc1') < Version('2.6.0'), Version('2.6.0.dev20250101') >= parse('2.6'), parse('2.5.1') < parse('2.6.0a0+git'))
v = parse('2.9.1+cu128')
print(v.major, v.minor, v.micro, v.release, v.base_version)
`;
  expect(printed(text)).toEqual(['True True False', 'True True False', 'True False True', '2 9 1 (2, 9, 1) 2.9.1']);
});

// As Python's packaging has them (version 24): trailing zeros decide nothing, a local version comes after.
it('knows versions that are the same, and says no text that it does not know', () => {
  const text = `
from packaging.version import Version
print(Version('2.0.0') == Version('2'), Version('0') == Version('0.0'), Version('2.1.0+cu118') > Version('2.1'))
print(Version('2.6.1').public, Version('2.6rc1').public)
`;
  expect(printed(text)).toEqual(['True True True', '2.6.1 ?']);
});
