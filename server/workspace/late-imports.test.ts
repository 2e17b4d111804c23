import { describe, expect, it } from 'vitest';
import { createFrameworks } from '../frameworks/all.ts';
import { createAnalyzer } from './analyzer.ts';
import { createMemoryWorkspace } from './memory.ts';

const model = (name: string, width: number) => `
from torch import nn
from .registry import register
__all__ = ['${name[0]?.toUpperCase()}']
class ${name[0]?.toUpperCase()}(nn.Module):
    def __init__(self, width=${width}):
        super().__init__()
        self.fc = nn.Linear(width, width)
    def forward(self, x):
        return self.fc(x)
@register
def ${name}_small(**options):
    return ${name[0]?.toUpperCase()}(**options)
`;

const zoo = {
  '/zoo/__init__.py': 'from .alpha import *\nfrom .beta import *\nfrom .registry import create\n',
  '/zoo/alpha.py': model('alpha', 3),
  '/zoo/beta.py': model('beta', 5),
  '/zoo/registry.py': `
import sys
_entries = {}
def register(function):
    module = sys.modules[function.__module__]
    if function.__name__ not in module.__all__:
        module.__all__.append(function.__name__)
    _entries[function.__name__] = function
    return function
def create(name, **options):
    if name not in _entries:
        raise ValueError(name)
    return _entries[name](**options)
`,
};

/** What an analysis of the text says, and the files of the library that it read. */
function analyze(text: string, times = 1) {
  const workspace = createMemoryWorkspace({ '/main.py': text, ...zoo });
  const files = new Set<string>();
  const analyzer = createAnalyzer(
    {
      ...workspace,
      read(path) {
        if (path.startsWith('/zoo/')) files.add(path);
        return workspace.read(path);
      },
    },
    createFrameworks(),
  );
  const analyses = Array.from({ length: times }, () => analyzer.analyze('/main.py'));
  const shapes = analyses.map(({ models }) =>
    models.map(({ graph }) => `${graph.name} ${graph.parameters[0]?.shape.join('×')}`),
  );
  return { shapes, files: [...files].sort() };
}

describe('a registry that a library fills where its files run', () => {
  it('is asked by a name: the file that defines it is run', () => {
    expect(analyze("import zoo\nnet = zoo.create('beta_small')").shapes).toEqual([['net 5×5']]);
  });

  it('answers the same again and again', () => {
    const { shapes } = analyze("import zoo\nnet = zoo.create('alpha_small', width=7)", 3);
    expect(shapes).toEqual([['net 7×7'], ['net 7×7'], ['net 7×7']]);
  });

  it('answers in a program that registers models of its own', () => {
    const text = `
import zoo
from zoo.registry import register
__all__ = []
@register
def own():
    return zoo.create('beta_small', width=9)
net = zoo.create('own')
`;
    expect(analyze(text, 2).shapes).toEqual([['net 9×9'], ['net 9×9']]);
  });

  it('costs nothing where nobody asks it', () => {
    expect(analyze('from zoo import create').files).toEqual([]);
    expect(analyze('from zoo import create\nprint(create)').files).toEqual(['/zoo/__init__.py', '/zoo/registry.py']);
  });

  it('does not know a name that no file defines', () => {
    expect(analyze("import zoo\nnet = zoo.create('gamma_small')").shapes).toEqual([[]]);
  });
});

describe('import * in a package', () => {
  it('gives what a file lists in __all__, and what its decorators add', () => {
    expect(analyze('import zoo\na = zoo.A()\nb = zoo.beta_small()').shapes).toEqual([['a 3×3', 'b 5×5']]);
  });

  it('takes precedence over what was bound before it, not over what comes after', () => {
    const workspace = createMemoryWorkspace({
      '/main.py': 'import pack\nprint(pack.first, pack.second)\na, b = pack.first(), pack.second()',
      '/pack/__init__.py': 'def first(): return 1\nfrom .part import *\ndef second(): return 1\n',
      '/pack/part.py': `from torch import nn\ndef first(): return nn.Sequential(nn.Linear(2, 3))\nsecond = first\n`,
    });
    const { models } = createAnalyzer(workspace, createFrameworks()).analyze('/main.py');
    expect(models.map(({ graph }) => graph.name)).toEqual(['a']);
  });
});
