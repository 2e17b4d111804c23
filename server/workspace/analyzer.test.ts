import { describe, expect, it } from 'vitest';
import type { ModelGraph } from '../../core/graph/graph.ts';
import { createFrameworks } from '../frameworks/all.ts';
import type { AnalyzeOptions, ModuleAnalysis } from './analysis.ts';
import { createAnalyzer } from './analyzer.ts';
import { createMemoryWorkspace } from './memory.ts';

function analyze(
  text: string,
  options: AnalyzeOptions = {},
  others: Readonly<Record<string, string>> = {},
): ModuleAnalysis {
  const workspace = createMemoryWorkspace({ '/main.py': text, ...others });
  return createAnalyzer(workspace, createFrameworks()).analyze('/main.py', options);
}

function names(analysis: ModuleAnalysis): readonly string[] {
  return analysis.models.map(({ graph }) => graph.name);
}

/** `name family std` of every parameter. */
function parameters(graph: ModelGraph | undefined): readonly string[] {
  return (graph?.parameters ?? []).map(
    ({ name, initializer: { family, std } }) => `${name} ${family} ${std?.toFixed(3) ?? '?'}`,
  );
}

const head = 'import torch\nfrom torch import nn\nimport torch.nn.functional as F\n';

const net = `${head}
class Block(nn.Module):
    def __init__(self, width):
        super().__init__()
        self.fc = nn.Linear(width, width)
    def forward(self, x):
        return F.relu(self.fc(x)) + x

class Net(nn.Module):
    def __init__(self, width=8, classes=3):
        super().__init__()
        self.blocks = nn.ModuleList([Block(width) for _ in range(2)])
        self.head = nn.Linear(width, classes)
    def forward(self, x):
        for block in self.blocks:
            x = block(x)
        return self.head(x)
`;

describe('a table without end', () => {
  it.each([
    `[${'1.5, '.repeat(60_000)}]`,
    `{${Array.from({ length: 20_000 }, (_, i) => `"key${i}": ${i},\n`).join('')}}`,
    `{${Array.from({ length: 20_000 }, (_, i) => `"key${i}", `).join('')}}`,
    `dict(${Array.from({ length: 20_000 }, (_, i) => `key${i}=${i}, `).join('')})`,
  ])('has no known length, and what follows it is read: %#', (table) => {
    const text = `from torch import nn\ntable = ${table}\nmodel = nn.Sequential(nn.Linear(len(table), 3), nn.Linear(3, 4))\n`;
    const { models } = analyze(text);
    expect(models[0]?.graph.parameters.map(({ shape }) => shape)).toEqual([[3, null], [3], [4, 3], [4]]);
  });
});

describe('a sum without end', () => {
  it('is not known, and what follows it is read', () => {
    const text = `from torch import nn\nn = 1${' + 1'.repeat(50_000)}\nmodel = nn.Sequential(nn.Linear(n, 3), nn.Linear(3, 4))\n`;
    const { models } = analyze(text);
    expect(models[0]?.graph.parameters.map(({ shape }) => shape)).toEqual([[3, null], [3], [4, 3], [4]]);
  });
});

describe('the models of a module', () => {
  it('are its model classes; one that is only a part of another is not a model of its own', () => {
    expect(names(analyze(net))).toEqual(['Net']);
  });

  it('are classes that nothing else instantiates, also when they need arguments', () => {
    const block = net.slice(0, net.indexOf('class Net'));
    const { models } = analyze(block);
    expect(models[0]?.graph.name).toBe('Block');
    expect(models[0]?.graph.parameters[0]?.shape).toEqual(['width', 'width']);
  });

  it('take their arguments from a call in the module', () => {
    const block = `${net.slice(0, net.indexOf('class Net'))}\nif __name__ == "__main__":\n    Block(16)\n`;
    expect(analyze(block).models[0]?.graph.parameters[0]?.shape).toEqual([16, 16]);
  });

  it('take the defaults of the module’s only configuration class', () => {
    const gpt = `${head}
from dataclasses import dataclass

@dataclass
class GPTConfig:
    width: int = 12

class GPT(nn.Module):
    def __init__(self, config):
        super().__init__()
        self.fc = nn.Linear(config.width, config.width)
    def forward(self, x):
        return self.fc(x)
`;
    expect(analyze(gpt).models[0]?.graph.parameters[0]?.shape).toEqual([12, 12]);
  });

  it('are factories where the class itself needs arguments', () => {
    const text = `${net.replace('width=8', 'width')}
def small():
    return Net(4)
def large(pretrained=False):
    net = Net(16)
    if pretrained:
        net.load_state_dict(torch.load('x'))
    return net
`;
    const analysis = analyze(text);
    expect(names(analysis)).toEqual(['small', 'large']);
    expect(analysis.models[1]?.graph.parameters.at(-1)?.shape).toEqual([3]);
    expect(analysis.models[1]?.graph.parameters.some((parameter) => parameter.overwrittenByUnknown)).toBe(false);
  });

  it('are variables that hold an assembled container', () => {
    const analysis = analyze(`${head}model = nn.Sequential(nn.Linear(4, 8), nn.ReLU(), nn.Linear(8, 2))`);
    expect(names(analysis)).toEqual(['model']);
    const graph = analysis.models[0]?.graph;
    expect(analysis.text.slice(graph?.nameAt.start, graph?.nameAt.end)).toBe('model');
  });

  it('are containers that a function builds and keeps to itself', () => {
    const text = `${head}
def main():
    model = nn.Sequential(nn.Linear(4, 8), nn.ReLU(), nn.Linear(8, 2))
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
    for epoch in range(100):
        for x, y in loader():
            loss = F.cross_entropy(model(x), y)
            loss.backward()
`;
    expect(names(analyze(text))).toEqual(['model']);
  });

  it('show what the module goes on to do with an object of the class', () => {
    const text = `${net}
def init(m):
    if isinstance(m, nn.Linear):
        nn.init.zeros_(m.bias)
        nn.init.normal_(m.weight, std=0.5)
model = Net()
model.apply(init)
`;
    const analysis = analyze(text);
    expect(names(analysis)).toEqual(['Net']);
    expect(parameters(analysis.models[0]?.graph)).toContain('head.weight normal 0.500');
    expect(analysis.models[0]?.graph.parameters[0]?.writes.at(-1)).toMatchObject({
      origin: 'applied',
      by: 'model.apply(init)',
      callee: 'nn.init.normal_',
    });
  });

  it('can be asked for by name, with arguments and inputs', () => {
    const { models } = analyze(net, { symbol: 'Net', arguments: { width: 5 }, inputs: [[null, 5]] });
    expect(models[0]?.graph.parameters[0]?.shape).toEqual([5, 5]);
    expect(models[0]?.graph.layers[0]?.outputShape).toEqual([null, 5]);
    expect(analyze(net, { symbol: 'Nothing' }).notes[0]?.message).toContain('Nothing');
  });
});

describe('initialization', () => {
  it('is what the last writer left', () => {
    const text = `${head}
class Base(nn.Module):
    def __init__(self):
        super().__init__()
        self.a = nn.Linear(4, 4)
        self.b = nn.Linear(4, 4)
        self.reset()
    def reset(self):
        for m in self.modules():
            if isinstance(m, nn.Linear):
                nn.init.xavier_uniform_(m.weight)
                nn.init.constant_(m.bias, 0)
class Net(Base):
    def reset(self):
        super().reset()
        with torch.no_grad():
            self.b.weight.fill_(0.5)
    def forward(self, x):
        return self.b(F.relu(self.a(x)))
`;
    const graph = analyze(text).models.at(-1)?.graph;
    expect(graph?.name).toBe('Net');
    expect(parameters(graph)).toEqual([
      'a.weight uniform 0.500',
      'a.bias zeros 0.000',
      'b.weight constant 0.000',
      'b.bias zeros 0.000',
    ]);
    expect(graph?.parameters[0]?.writes.map((write) => write.origin)).toEqual(['default', 'applied']);
    expect(graph?.parameters[2]?.writes.map((write) => write.origin)).toEqual(['default', 'applied', 'explicit']);
  });

  it('is unknown where two sides of a condition write differently, and known where they agree', () => {
    const text = `${head}
from nowhere import flag
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.a = nn.Linear(4, 4)
        self.b = nn.Linear(4, 4)
        if flag():
            nn.init.zeros_(self.a.weight)
            nn.init.zeros_(self.b.weight)
        else:
            nn.init.ones_(self.a.weight)
            nn.init.zeros_(self.b.weight)
    def forward(self, x):
        return self.b(self.a(x))
`;
    const graph = analyze(text).models[0]?.graph;
    expect(graph?.parameters.map(({ initializer }) => initializer.family)).toEqual([
      'unknown',
      'uniform',
      'zeros',
      'uniform',
    ]);
  });

  it('is unknown after code that cannot be followed', () => {
    const text = `${head}
from nowhere import init_weights
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.a = nn.Linear(4, 4)
        self.b = nn.Linear(4, 4)
        init_weights(self.a)
    def forward(self, x):
        return self.b(self.a(x))
`;
    const graph = analyze(text).models[0]?.graph;
    expect(graph?.parameters.map(({ initializer }) => initializer.family)).toEqual([
      'unknown',
      'unknown',
      'uniform',
      'uniform',
    ]);
  });

  it('follows helpers and bases into other files', () => {
    const others = {
      '/lib/__init__.py': 'from .base import Base',
      '/lib/base.py': `${head}from .init import layer_init\nclass Base(nn.Module):\n    def make(self, n):\n        return layer_init(nn.Linear(n, n), std=0.25)`,
      '/lib/init.py': `${head}def layer_init(layer, std, bias=0.0):\n    nn.init.normal_(layer.weight, 0, std)\n    nn.init.constant_(layer.bias, bias)\n    return layer`,
    };
    const text = `from lib import Base
class Net(Base):
    def __init__(self):
        super().__init__()
        self.fc = self.make(6)
    def forward(self, x):
        return self.fc(x)
`;
    const graph = analyze(text, {}, others).models[0]?.graph;
    expect(parameters(graph)).toEqual(['fc.weight normal 0.250', 'fc.bias zeros 0.000']);
    expect(graph?.parameters[0]?.writes.at(-1)?.at?.path).toBe('/lib/init.py');
  });

  it('is found where a package imports its own parts', () => {
    const others = {
      '/vision/__init__.py': 'from vision import models\nfrom . import ops',
      '/vision/models/__init__.py': 'from .small import *',
      '/vision/models/small.py': `${head}from ..ops import Scaled\n__all__ = ["small"]\ndef small():\n    return nn.Sequential(nn.Linear(4, 4), Scaled(4, 4))`,
      '/vision/ops.py': `${head}class Scaled(nn.Linear):\n    def reset_parameters(self):\n        nn.init.normal_(self.weight, 0, 0.25)\n        nn.init.zeros_(self.bias)`,
    };
    for (const text of [
      'from vision import models\nmodel = models.small()',
      'import vision\nmodel = vision.models.small()',
    ]) {
      expect(parameters(analyze(text, {}, others).models[0]?.graph)).toEqual([
        '0.weight uniform 0.289',
        '0.bias uniform 0.289',
        '1.weight normal 0.250',
        '1.bias zeros 0.000',
      ]);
    }
  });

  it('is found in packages that import their parts when they are asked for', () => {
    const lazy = (declared: string) =>
      `from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    ${declared}\nelse:\n    import sys\n    sys.modules[__name__] = Lazy(__name__, globals()["__file__"])`;
    const others = {
      '/vision/__init__.py': lazy('from .models import *\n    from .size import width as w'),
      '/vision/size.py': 'width = 4',
      '/vision/models/__init__.py': lazy('from .large import *\n    from .small import *'),
      '/vision/models/large.py': 'class Large: pass\n__all__ = ["Large"]',
      '/vision/models/small.py': `${head}from ..size import width\nclass Small(nn.Linear):\n    def __init__(self):\n        super().__init__(width, width)\n\n__all__ = ["Small"]`,
    };
    for (const text of [
      'from vision import Small\nmodel = Small()',
      'import vision\nmodel = vision.models.small.Small()',
      `${head}from vision import w\nmodel = nn.Sequential(nn.Linear(w, w))`,
    ]) {
      expect(analyze(text, {}, others).models[0]?.graph.parameters.map(({ shape }) => shape)).toEqual([[4, 4], [4]]);
    }
  });

  it('of tied weights is one parameter with two users', () => {
    const text = `${head}
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.embed = nn.Embedding(10, 4)
        self.head = nn.Linear(4, 10, bias=False)
        self.head.weight = self.embed.weight
    def forward(self, x):
        return self.head(self.embed(x))
`;
    const graph = analyze(text).models[0]?.graph;
    expect(graph?.parameters.map(({ name }) => name)).toEqual(['embed.weight']);
    const users = graph?.layers.filter((layer) => Object.values(layer.parameters).includes(0));
    expect(users?.map((layer) => layer.name)).toEqual(['embed', 'head']);
  });

  it('of a deep copy is the same, in memory of its own', () => {
    const text = `${head}import copy
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.a = nn.Linear(4, 4)
        nn.init.zeros_(self.a.weight)
        self.b = copy.deepcopy(self.a)
        nn.init.ones_(self.a.weight)
    def forward(self, x):
        return self.b(self.a(x))
`;
    const graph = analyze(text).models[0]?.graph;
    expect(graph?.parameters.map(({ name, initializer }) => `${name} ${initializer.family}`)).toEqual([
      'a.weight ones',
      'a.bias uniform',
      'b.weight zeros',
      'b.bias uniform',
    ]);
  });
});

describe('the graph', () => {
  it('names the last function of a module without submodules after it', () => {
    const text = `${head}
class Swap(nn.Module):
    def forward(self, x):
        return F.relu(x.transpose(1, 2))
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.fc = nn.Linear(8, 8)
        self.swap = Swap()
    def forward(self, x):
        return F.relu(self.swap(self.fc(x)))
`;
    const layers = analyze(text, { symbol: 'Net', inputs: [[null, 5, 8]] }).models[0]?.graph.layers ?? [];
    expect(layers.map(({ name, isModule, op }) => `${name} ${op.kind} ${isModule}`)).toEqual([
      'x input false',
      'fc dense true',
      'permute permute false',
      'swap activation true',
      'relu activation false',
    ]);
  });
});

describe('analysis', () => {
  it('leaves no trace in what it imports: the same answer again and again', () => {
    const files = {
      '/registry.py':
        'models = {}\ndef register(f):\n    if f.__name__ in models:\n        raise ValueError()\n    models[f.__name__] = f\n    return f',
      '/main.py': `from registry import register\n${net}\n@register\ndef tiny():\n    return Net(2)\n`,
    };
    const analyzer = createAnalyzer(createMemoryWorkspace(files), createFrameworks());
    const first = analyzer.analyze('/main.py', { symbol: 'tiny' });
    expect(names(first)).toEqual(['tiny']);
    expect(analyzer.analyze('/main.py', { symbol: 'tiny' })).toEqual(first);
  });

  it('sees changes of an imported file', () => {
    const files: Record<string, string> = {
      '/size.py': 'width = 4',
      '/main.py': `${head}from size import width\nm = nn.Sequential(nn.Linear(width, 1))`,
    };
    const analyzer = createAnalyzer(createMemoryWorkspace(files), createFrameworks());
    const shape = () => analyzer.analyze('/main.py').models[0]?.graph.parameters[0]?.shape;
    expect(shape()).toEqual([1, 4]);
    files['/size.py'] = 'width = 9';
    expect(shape()).toEqual([1, 9]);
  });

  it('survives a class that is being typed', () => {
    const broken = net.replace('self.head = nn.Linear(width, classes)', 'self.head = nn.Linear(width, ');
    expect(names(analyze(broken))).toEqual(['Net']);
  });

  it('says so where a forward pass raises', () => {
    const text = `${head}
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.a = nn.Linear(4, 4)
    def forward(self, x):
        raise NotImplementedError
`;
    const analysis = analyze(text);
    expect(analysis.models[0]?.graph.complete).toBe(false);
    expect(analysis.notes.map((note) => note.message).join()).toContain('raises NotImplementedError');
  });

  it('can be cancelled', () => {
    const loop = `${head}for i in range(10**6):\n    for j in range(10**6):\n        pass\n`;
    const analysis = analyze(loop, { isCancelled: () => true });
    expect(analysis).toMatchObject({ models: [], partial: {} });
  });

  it('of a file that is not there is empty', () => {
    expect(createAnalyzer(createMemoryWorkspace({}), []).analyze('/nothing.py')).toMatchObject({
      models: [],
      text: '',
    });
  });
});
