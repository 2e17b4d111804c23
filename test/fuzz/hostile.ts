import { createFrameworks } from '../../server/frameworks/all.ts';
import type { ModuleAnalysis } from '../../server/workspace/analysis.ts';
import { createAnalyzer } from '../../server/workspace/analyzer.ts';
import { createMemoryWorkspace } from '../../server/workspace/memory.ts';
import { readNotebook } from '../../server/workspace/notebook.ts';

/** The model before the hostile code, which must be found all the same. */
const net = `import torch
from torch import nn
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.fc = nn.Linear(8, 4)
    def forward(self, x):
        return self.fc(x)
`;

const module = (body: string, forward = 'return x') =>
  `class Other(nn.Module):\n    def __init__(self):\n        super().__init__()\n        ${body.replaceAll('\n', '\n        ')}\n    def forward(self, x):\n        ${forward.replaceAll('\n', '\n        ')}\n`;

/** Python that does not end, or is far too large, by what it does. */
export const hostilePrograms: Readonly<Record<string, string>> = {
  'an endless loop': 'while True:\n    x = 1\n',
  'an endless loop in a constructor': module('while True:\n    x = nn.Linear(2, 2)'),
  'an endless loop in a forward pass': module('pass', 'while True:\n    x = x + 1\nreturn x'),
  'a range of a billion': 'total = 0\nfor i in range(10**9):\n    total += i\nxs = [i for i in range(10**9)]\n',
  'a billion layers': module('self.layers = nn.ModuleList([nn.Linear(4, 4) for _ in range(10**9)])'),
  'a million layers, one after the other': module(
    'self.layers = nn.ModuleList()\nfor _ in range(10**6):\n    self.layers.append(nn.Linear(4, 4))',
  ),
  'a loop of a million calls': module(
    'self.fc = nn.Linear(4, 4)',
    'for _ in range(10**6):\n    x = self.fc(x)\nreturn x',
  ),
  'an attention bias that is doubled 28 times': module(
    'self.qkv = nn.Linear(16, 48)\nself.bias = nn.Parameter(torch.zeros(8, 8))',
    'q, k, v = self.qkv(x).chunk(3, -1)\nbias = self.bias\nfor _ in range(28):\n    bias = bias + bias\nreturn (q @ k.transpose(-2, -1) + bias).softmax(-1) @ v',
  ),
  '50,000 nested brackets': `x = ${'['.repeat(50_000)}${']'.repeat(50_000)}\n`,
  '50,000 open brackets': `x = ${'('.repeat(50_000)}\n`,
  '50,000 nested calls': `x = ${'f('.repeat(50_000)}1${')'.repeat(50_000)}\n`,
  '50,000 operators': `x = 1${' + 1'.repeat(50_000)}\n`,
  '50,000 attributes': `x = torch${'.a'.repeat(50_000)}\n`,
  '50,000 open quotes': `x = ${'"""\n'.repeat(50_001)}`,
  'a line of a million characters': `x = "${'a'.repeat(1_000_000)}"\n`,
  'a list of 100,000 numbers': `x = [${'1.5, '.repeat(100_000)}]\n`,
  'a dictionary of 50,000 entries': `x = {${Array.from({ length: 50_000 }, (_, i) => `"k${i}": ${i}, `).join('')}}\n`,
  '1,000 nested conditions': `${Array.from({ length: 1000 }, (_, depth) => `${' '.repeat(depth)}if unknown():\n`).join('')}${' '.repeat(1000)}x = 1\n`,
  'a class that makes itself': module('self.a = Other()\nself.b = Other()'),
  'classes that make each other': `${module('self.b = Another()')}${module('self.a = Other()').replace('class Other', 'class Another')}`,
  'a module that holds itself': `${module('self.own = self\nself.apply(print)')}Other()\n`,
  'deep recursion': 'def f(n):\n    return f(n + 1) + f(n + 2)\nf(0)\n',
  'recursion that nothing known decides':
    'def f(n):\n    if n.a: return f(n.a)\n    if n.b: return f(n.b)\n    return f(n.c) or f(n.d)\nf(unknown())\n',
  'a list that doubles': 'x = [1]\nfor i in range(100):\n    x = x + x\n',
  'a string that doubles': 'x = "a"\nfor i in range(100):\n    x = x + x\n',
  'a list of lists of lists': 'x = [1]\nfor i in range(100):\n    x = [x, x, x]\nprint(x == x, str(x))\n',
  'a tensor of a billion axes': 'x = torch.zeros(*([2] * 10**9))\ny = torch.zeros([3] * 10**5)\n',
  'a layer of absurd width': module(
    'self.fc = nn.Linear(10**300, -5)\nself.conv = nn.Conv2d(0, 0, 10**9)',
    'return self.conv(self.fc(x))',
  ),
  'powers of powers': 'x = 10 ** 10 ** 10\ny = 9 ** 9 ** 9 ** 9\nz = 1 << 10**9\n',
  'a format of a billion characters': 'x = f"{1:>1000000000}"\ny = "%1000000000d" % 3\n',
  'a product of products': 'import itertools\nx = list(itertools.product(range(1000), repeat=9))\n',
  'attributes without end':
    'class A:\n    def __getattr__(self, name):\n        return getattr(self, name + "x")\nA().y\n',
  'decorators without end': 'def d(f):\n    return d(f)\n@d\ndef g(): pass\n',
  'a thousand unknown conditions': `from nowhere import c\n${'if c:\n    x = [1]\nelse:\n    x = [2]\n'.repeat(1000)}`,
  'control characters': `x = 1 ${String.fromCharCode(0, 1, 2, 27, 127, 0xfeff, 0xd800, 0x2028)}\ny = 2\n`,
};

/** What is no notebook, or a strange one. */
export const hostileNotebooks: Readonly<Record<string, string>> = {
  'no JSON': '{"cells": [',
  'another JSON': '[1, 2, {"cells": 3}]',
  'cells of other types': '{"cells": [null, 1, "x", {"cell_type": 3, "source": 4}]}',
  'JSON nested 100,000 deep': `{"cells": ${'['.repeat(100_000)}${']'.repeat(100_000)}}`,
  '20,000 cells': JSON.stringify({
    cells: Array.from({ length: 20_000 }, () => ({ cell_type: 'code', source: ['x = 1\n', '%magic\n'] })),
  }),
  'magics that never close': JSON.stringify({
    cells: [
      { cell_type: 'code', source: `%%bash\n${'('.repeat(50_000)}` },
      { cell_type: 'code', source: net },
    ],
  }),
  'prototype names': '{"cells": [], "__proto__": {"x": 1}, "metadata": {"language_info": {"name": "__proto__"}}}',
};

const analyze = (text: string): ModuleAnalysis =>
  createAnalyzer(createMemoryWorkspace({ '/main.py': text }), createFrameworks()).analyze('/main.py');

export function runHostile(code: string): ModuleAnalysis {
  return analyze(`${net}${code}`);
}

export function runHostileNotebook(json: string): ModuleAnalysis {
  return analyze(readNotebook(json)?.text ?? '');
}

/** Bugs of ours: exceptions that were caught at the last moment. */
export function internalErrors({ notes }: ModuleAnalysis): readonly string[] {
  return notes.map(({ message }) => message).filter((message) => message.includes('internal error'));
}
