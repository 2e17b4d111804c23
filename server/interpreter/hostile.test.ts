import { describe, expect, it } from 'vitest';
import { runFiles } from './test-run.ts';

const programs: Readonly<Record<string, string>> = {
  'an endless loop': 'while True:\n    x = 1\nprint("end")',
  'endless loops inside of each other': `while True:\n  while True:\n    while True:\n      x = [i for i in range(100)]`,
  'a range of a billion':
    'total = 0\nfor i in range(10**9):\n    total += i\nxs = [i for i in range(10**9)]\nys = list(range(10**12))',
  'a list of a billion': 'x = [0] * 10**9\ny = "a" * 10**9\nz = x + x\nw = [x] * 10**6',
  'a string that doubles': 's = "a"\nfor i in range(100):\n    s = s + s',
  'a list that doubles': 'x = [1]\nfor i in range(100):\n    x = x + x',
  'a list that grows itself': 'x = [1]\nfor y in x:\n    x.append(y)\nwhile x:\n    x.extend(x)',
  'a list of itself': 'x = []\nx.append(x)\nprint(x == x, str(x))\ny = x + [x]\nimport copy\nz = copy.deepcopy(x)',
  'two lists of each other': 'x = []\ny = [x]\nx.append(y)\nprint(x == y)\nd = {}\nd["d"] = d\nprint(d)',
  'endless recursion': 'def f(n):\n    return f(n + 1) + f(n + 2)\nf(0)',
  'mutual recursion': 'def f(n): return g(n)\ndef g(n): return f(n)\nf(1)',
  'a class that makes itself': 'class A:\n    def __init__(self):\n        self.a = A()\n        self.b = A()\nA()',
  'a class whose attributes never end':
    'class A:\n    def __getattr__(self, name):\n        return getattr(self, name + "x")\nA().y',
  'an endless generator': 'def g():\n    while True:\n        yield 1\nfor x in g():\n    for y in g():\n        pass',
  'deeply nested lists': `x = ${'['.repeat(3000)}${']'.repeat(3000)}`,
  'deeply nested calls': `x = ${'f('.repeat(2000)}1${')'.repeat(2000)}`,
  'deeply nested conditions': `from nowhere import c\n${Array.from({ length: 90 }, (_, depth) => `${' '.repeat(depth)}if c:\n`).join('')}${' '.repeat(90)}x = 1`,
  'many conditions that are not known': `from nowhere import c\n${'x = [1] if c else [2]\nif c:\n    x.append(1)\nelse:\n    x.append(2)\n'.repeat(500)}`,
  'conditions inside of recursion':
    'from nowhere import c\ndef f(n):\n    if c:\n        return f(n - 1)\n    return f(n + 1)\nf(1)',
  'nested comprehensions': 'x = [a for a in range(1000) for b in range(1000) for c in range(1000)]',
  'a product of products': 'import itertools\nx = itertools.product(range(1000), repeat=9)',
  'powers of powers': 'x = 10 ** 10 ** 10\ny = 1 << 10 ** 9\nz = 9 ** 9 ** 9 ** 9',
  'a format of a million characters': 'x = f"{1:>1000000000}"\ny = "%1000000000d" % 3\nz = "a".zfill(10**9)',
  'equal lists within lists':
    'x = [1]\nfor i in range(60):\n    x = [x, x]\ny = [1]\nfor i in range(60):\n    y = [y, y]\nprint(x == y)',
  'a module that imports itself': 'import main\nfrom main import *\nprint(1)',
  'decorators without end': 'def d(f):\n    return d(f)\n@d\ndef g(): pass',
};

describe('hostile programs end soon and tell what they can', () => {
  // No time is asserted, since the machine may be busy; a program that is not bounded does not end at all.
  it.each(Object.entries(programs))('%s', { timeout: 10_000 }, (_, text) => {
    const { stopped } = runFiles({ '/main.py': text });
    expect([
      null,
      'more steps than the analysis allows',
      'nested too deeply',
      'a generator that does not end',
    ]).toContain(stopped);
  });

  it('does not follow a recursion that nothing known decides', () => {
    const run = runFiles({
      '/main.py':
        'from nowhere import tree\ndef depth(node):\n    if node.left:\n        return depth(node.left) + 1\n    if node.right:\n        return depth(node.right) + 1\n    return 0\ndepth(tree)\nx = 1\n',
    });
    expect(run.stopped).toBe(null);
    expect(run.variables.get('x')).toEqual({ type: 'number', value: 1, isFloat: false });
  });

  it('leaves a function as it is whose decorator does not end, and goes on', () => {
    const run = runFiles({
      '/main.py':
        'def document(f):\n    for i in range(10**6):\n        pass\n    return None\n@document\ndef one(): return 1\nx = one()\n',
    });
    expect(run.stopped).toBe(null);
    expect(run.variables.get('x')).toEqual({ type: 'number', value: 1, isFloat: false });
  });

  it('leaves a loop that only computes, and goes on with what does not depend on it', () => {
    const text = `
def table(n):
    places = {}
    rows = []
    for i in range(n):
        for j in range(n):
            rows.append(places.setdefault((abs(i - j), i * j), len(places)))
    return rows
class Layer: pass
for layer in range(20):
    Layer()
    rows, known = table(100), layer
`;
    const run = runFiles({ '/main.py': text });
    expect(run.stopped).toBeNull();
    expect(run.variables.get('known')).toEqual({ type: 'number', value: 19, isFloat: false });
    expect(run.variables.get('rows')).toMatchObject({ type: 'list', open: true });
  });

  it('names the reason, and what came before is known', () => {
    const run = runFiles({ '/main.py': 'x = 1\nwhile True:\n    while True:\n        x = 2\n' });
    expect(run.stopped).toBe('more steps than the analysis allows');
    expect(run.variables.get('x')).toEqual({ type: 'number', value: 2, isFloat: false });
  });
});
