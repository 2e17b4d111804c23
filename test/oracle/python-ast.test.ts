import { execFileSync } from 'node:child_process';
import { globSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { systemPython } from '../system.ts';
import { comparePython } from './python-ast.ts';

/* The lowering of Python against CPython's own `ast`, node by node. `node test/oracle/python-ast.ts FILE...` does any files. */

const snippets: Readonly<Record<string, string>> = {
  numbers: 'x = [0., 1.e5, 1_000, 0xFF, 0b10, 0o17, .5, 1e-3, 3j, 1.5e+10, 1., -2.**-3., 0xdead_beef]\n',
  strings:
    "x = ['a\\tb\\x41\\u00e9\\101', r'\\d', b'\\x00z', 'a' \"b\" f'c{d}e' 'f', '''t\n''', f'{a!r:>{w}}{b=}{{}}{c:02d}', '\\\n', rb'\\z']\n",
  precedence:
    'x = not a and b or not c in d\ny = -a ** -b ** c\nz = a < b <= c is not d not in e\nw = a if b else c if d else e\nv = a | b & c << d + e * f @ g // h % i\nu = ~a ^ -b\n',
  calls:
    'f(a, *b, c=1, **d)\nf(x for x, y in z if a if b)\nf(a, (b for b in c), d=lambda *, e=1, **k: e)\nf(a)(b)[c].d(e,)\nf(x := 1)\n',
  subscripts: 'x[1:2, ::3, ...]\nx[:, None]\nx[a,]\nx[:]\nx[-1:]\nx[f(a), b:c]\n',
  displays:
    "x = {**a, 'b': 1, (1, 2): [3]}\ny = {1, *b}\nz = [*a, b]\nw = ()\nv = (1,)\nu = {k: v for k, v in z.items() if v}\nt = {a for a in b}\ns = a, *b\n",
  assignments: 'a = b = c, d = e\na.b[c]: int = 3\nx: int\na += 1, 2\nb //= 2\n*a, b = c\n(a, [b, *c]) = d\nd @= e\n',
  functions:
    'async def f(a, /, b: int = 1., *args: int, c, d=2, **k: str) -> int:\n    """doc"""\n    await a + b\n    x = yield\n    yield from g\n    y = yield a, b\n    return *a, b\n\n@a.b(1)\n@c\ndef g(*, a): pass\n',
  classes:
    '@d(x=1)\nclass A(B, metaclass=M, **k):\n    x: int = 1\n    class C: pass\n    @property\n    def y(self): return self._y\n',
  statements:
    'if a: b\nelif c: d\nelse: e\nfor i, (j, *k) in a, b:\n    continue\nelse:\n    pass\nwhile (n := f()): break\nelse: pass\nassert a, "m"\ndel a, b[0]\nglobal c, d\nraise E from e\nraise\nx = 1; y = 2\n',
  tries: 'try:\n    a\nexcept (A, B) as e:\n    b\nexcept C:\n    c\nexcept:\n    d\nelse:\n    e\nfinally:\n    f\n',
  withs:
    'with (open(a) as b.c, d as (e, f),): pass\nwith (a + b) as c: pass\nwith a, b as c: pass\nwith (a, b): pass\nasync def f():\n    async with a() as b:\n        async for c in d: pass\n',
  imports: 'import a.b as c, d\nfrom ..a.b import (c as d, e,)\nfrom . import f\nfrom ... import g\nfrom h import *\n',
  matches:
    'match x:\n    case [1, *rest] if y: a\n    case A(b, c=1) | {"k": v, **r}: b\n    case (1 | 2) as z: c\n    case _: d\nmatch = case = 1\n',
  layout: 'if a:\r\n    x = 1 + \\\r\n        2\r\n\r\n    # comment\r\n    y = (1,\r\n\r\n  2)\r\nz = 3',
};

describe('Python', () => {
  it('is read as CPython reads it, construct by construct', () => {
    const folder = mkdtempSync(path.join(tmpdir(), 'initscope-python-'));
    try {
      const paths = Object.entries(snippets).map(([name, text]) => {
        const file = path.join(folder, `${name}.py`);
        writeFileSync(file, text);
        return file;
      });
      const results = comparePython(paths, systemPython);
      expect(results.map(({ path: file, result, difference }) => [path.basename(file), result, difference])).toEqual(
        Object.keys(snippets).map((name) => [`${name}.py`, 'same', null]),
      );
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  it("is read as CPython reads it, in PyTorch's and torchvision's sources", () => {
    const folders = JSON.parse(
      execFileSync(
        systemPython,
        [
          '-c',
          'import json, os, torch, torchvision; print(json.dumps([os.path.dirname(m.__file__) for m in (torch, torchvision)]))',
        ],
        { encoding: 'utf8' },
      ),
    ) as string[];
    const [torch = '', torchvision = ''] = folders;
    const files = [
      ...globSync('nn/**/*.py', { cwd: torch }).map((file) => path.join(torch, file)),
      ...globSync('**/*.py', { cwd: torchvision }).map((file) => path.join(torchvision, file)),
    ];
    expect(files.length).toBeGreaterThan(200);
    const results = comparePython(files, systemPython);
    expect(results.filter(({ result }) => result !== 'same')).toEqual([]);
  });
});
