import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { runFiles } from './test-run.ts';

const python = ['/usr/bin/python3', '/usr/local/bin/python3'].find((file) => existsSync(file)) ?? null;

describe.skipIf(python === null)('Python code prints what CPython prints', () => {
  it.each(['language.py', 'library.py'])('%s', (name) => {
    const file = path.join(import.meta.dirname, 'fixtures', name);
    const real = spawnSync(python ?? '', [file], { encoding: 'utf8' });
    expect(real.status).toBe(0);
    const run = runFiles({ '/main.py': readFileSync(file, 'utf8') });
    expect(run.printed).toEqual(real.stdout.trimEnd().split('\n'));
    expect(run.stopped).toBeNull();
  });
});

/** What `print` shows. */
function printed(text: string, others: Readonly<Record<string, string>> = {}): readonly string[] {
  return runFiles({ '/main.py': text, ...others }).printed;
}

describe('what is not known', () => {
  it('absorbs whatever is done with it', () => {
    expect(printed('import nowhere\nx = nowhere.f(1)[2].g + 3\nprint(x, x * 2 > 1, f"{x}", -x, [x])')).toEqual([
      '? ? ? ? ?',
    ]);
  });

  it('is not None, nor anything else', () => {
    expect(printed('from nowhere import x\nprint(x is None, x == 1, not x)')).toEqual(['? ? ?']);
  });

  it('evaluates both sides of a condition and keeps what they agree on', () => {
    const text = `
from nowhere import flag
a, items, d = 1, [1], {'k': 1}
if flag:
    a, b, c = 2, 'same', 1
    items.append(2)
    d['k'] = 2
else:
    b, c = 'same', 2
print(a, b, c, len(items), d['k'])
`;
    expect(printed(text)).toEqual(['? same ? ? ?']);
  });

  it('takes the side that does not raise', () => {
    const text = `
from nowhere import flag
def check(x):
    if flag:
        raise ValueError('no')
    x.append(1)
    return 'fine'
items = []
print(check(items), items)
`;
    expect(printed(text)).toEqual(['fine [1]']);
  });

  it('goes on where one side returns, and tells when the results differ', () => {
    const text = `
from nowhere import flag
def f(early, late):
    if flag:
        return early
    return late
print(f(1, 1), f(1, 2))
`;
    expect(printed(text)).toEqual(['1 ?']);
  });

  it('undoes attribute, list and dictionary changes of nested conditions', () => {
    const text = `
from nowhere import p, q
class Box: pass
box = Box(); box.v = 0; box.w = 0; log = []
if p:
    if q:
        box.v = 1
        log.append('x')
    box.w = 0
print(box.v, box.w, len(log))
`;
    expect(printed(text)).toEqual(['? 0 ?']);
  });

  it('leaves open whether a list is empty that only one side filled', () => {
    const text = `
from nowhere import is_available
def require(backends):
    failed = []
    for name in backends:
        if not is_available(name):
            failed.append(name)
    if failed:
        raise ImportError(failed)
    return 'went on'
print(require(['torch']))
`;
    expect(printed(text)).toEqual(['went on']);
  });

  it('runs a loop over something unknown once, as if it may not have run', () => {
    expect(printed('from nowhere import xs\nn = 0; k = 5\nfor x in xs:\n    n += 1\n    k = 5\nprint(n, k)')).toEqual([
      '? 5',
    ]);
  });
});

describe('imports', () => {
  it('follow packages, relative names and re-exports', () => {
    const files = {
      '/pkg/__init__.py': 'from .layers import *\nfrom . import layers as l',
      '/pkg/layers.py': 'from .deep.base import Base\n__all__ = ["Net"]\nclass Net(Base):\n    name = "net"',
      '/pkg/deep/__init__.py': '',
      '/pkg/deep/base.py': 'from ... import helper' + '\nclass Base:\n    kind = "base"',
    };
    expect(
      printed('from pkg import Net, l\nimport pkg.layers\nprint(Net.name, Net.kind, l.Net is pkg.layers.Net)', files),
    ).toEqual(['net base True']);
  });

  it('may go in circles', () => {
    const files = {
      '/a.py': 'import b\nclass A:\n    def make(self): return b.B()',
      '/b.py': 'from a import A\nclass B(A):\n    n = 3',
    };
    expect(printed('from a import A\nprint(A().make().n)', files)).toEqual(['3']);
  });

  it('that fail take the way the code is prepared for', () => {
    expect(
      printed('try:\n    import nowhere\n    has = True\nexcept ImportError:\n    has = False\nprint(has)'),
    ).toEqual(['False']);
  });

  it('find src layouts', () => {
    expect(printed('from lib.x import v\nprint(v)', { '/src/lib/x.py': 'v = 4' })).toEqual(['4']);
  });
});

it('tries a call again without the arguments that it does not take, where the code does', () => {
  const text = `
class A:
    def __init__(self, stride): self.stride = stride
def make(kind):
    try:
        return kind(channels=8, stride=2)
    except TypeError:
        return kind(3)
print(make(A).stride, make(lambda stride, channels: channels), make(lambda **options: len(options)))
`;
  expect(printed(text)).toEqual(['3 8 2']);
});
