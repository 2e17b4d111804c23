import { describe, expect, it } from 'vitest';
import { allFixed } from './apply.ts';

/** Lines of the fixed text that the original does not have. */
function changedLines(name: string, text: string, wanted: RegExp | 'preferred' = 'preferred'): readonly string[] {
  const before = new Set(text.split(/\r?\n/));
  const chosen = allFixed(name, text).find(({ fix }) =>
    wanted === 'preferred' ? fix.preferred : wanted.test(fix.title),
  );
  if (chosen === undefined) throw new Error('no such fix');
  return chosen.fixed
    .split(/\r?\n/)
    .filter((line) => !before.has(line))
    .map((line) => line.trim());
}

/** Two hidden ReLU layers of one width; `init` is a line of the constructor. */
function torchModel(imports: string, init: string, activation = 'torch.relu'): string {
  return `${imports}


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.fc1 = nn.Linear(300, 300)
        self.fc2 = nn.Linear(300, 300)
        self.out = nn.Linear(300, 10)
        for layer in (self.fc1, self.fc2):
            ${init}

    def forward(self, x):
        return self.out(${activation}(self.fc2(${activation}(self.fc1(x)))))
`;
}

describe('fixes in PyTorch keep the style', () => {
  const usual = 'import torch\nfrom torch import nn';

  it.each([
    ['the alias of nn', usual, 'nn.init.normal_(layer.weight)', 'nn.init.kaiming_normal_'],
    ['the alias of init', `${usual}\nfrom torch.nn import init as I`, 'I.normal_(layer.weight)', 'I.kaiming_normal_'],
    ['the full name', usual, 'torch.nn.init.normal_(layer.weight)', 'torch.nn.init.kaiming_normal_'],
    [
      'a bare name by what else is imported',
      `${usual}\nfrom torch.nn.init import normal_`,
      'normal_(layer.weight)',
      'nn.init.kaiming_normal_',
    ],
    [
      'a method of the data by the init module in use',
      'import torch\nimport torch.nn as nn\nimport torch.nn.init as init',
      'layer.weight.data.normal_(0, 1)',
      'init.kaiming_normal_',
    ],
    ['a chain of methods', usual, 'layer.weight.data.normal_().mul_(2)', 'nn.init.kaiming_normal_'],
  ])('%s', (_, imports, init, callee) => {
    expect(changedLines('net.py', torchModel(imports, init))).toEqual([`${callee}(layer.weight, nonlinearity="relu")`]);
  });

  it("the file's quotes", () => {
    const text = torchModel(`NAME = 'net'\n${usual}`, 'nn.init.normal_(layer.weight)');
    expect(changedLines('net.py', text)).toEqual(["nn.init.kaiming_normal_(layer.weight, nonlinearity='relu')"]);
  });

  it('uniform stays uniform, and other arguments stay', () => {
    const text = torchModel(usual, 'nn.init.uniform_(layer.weight, -1, 1)');
    expect(changedLines('net.py', text)).toEqual(['nn.init.kaiming_uniform_(layer.weight, nonlinearity="relu")']);
  });

  it("a leaky ReLU's slope is passed on", () => {
    const text = torchModel(usual, 'nn.init.normal_(layer.weight)').replaceAll(
      'torch.relu(',
      'nn.functional.leaky_relu(negative_slope=0.2, input=',
    );
    expect(changedLines('net.py', text)).toEqual([
      'nn.init.kaiming_normal_(layer.weight, a=0.2, nonlinearity="leaky_relu")',
    ]);
  });

  it('arithmetic around an allocation goes with it', () => {
    const text = torchModel(usual, 'layer.weight = nn.Parameter(3.0 * torch.randn(300, 300, device="cpu") + 0)');
    expect(changedLines('net.py', text)).toEqual([
      'layer.weight = nn.Parameter(nn.init.kaiming_normal_(torch.empty(300, 300, device="cpu"), nonlinearity="relu"))',
    ]);
  });

  it('an import is added where nothing names torch.nn', () => {
    const text = `"""A module."""

from torch.nn import Linear, Module, ReLU
from torch import relu


class Net(Module):
    def __init__(self):
        super().__init__()
        self.fc = Linear(300, 300)
        self.out = Linear(300, 10)
        self.fc.weight.data.normal_(0, 1)

    def forward(self, x):
        return self.out(relu(self.fc(x)))
`;
    expect(changedLines('net.py', text)).toEqual([
      'from torch import nn',
      'nn.init.kaiming_normal_(self.fc.weight, nonlinearity="relu")',
    ]);
  });

  it('the default comes back by deleting the line, or by `pass` in an empty block', () => {
    const alone = torchModel(usual, 'nn.init.normal_(layer.weight)');
    expect(changedLines('net.py', alone, /default/)).toEqual(['pass']);
    const beside = torchModel(usual, 'nn.init.normal_(layer.weight)\n            nn.init.zeros_(layer.bias)');
    expect(changedLines('net.py', beside, /default/)).toEqual([]);
    const fixed = allFixed('net.py', beside).find(({ fix }) => /default/.test(fix.title))?.fixed ?? '';
    expect(fixed).not.toContain('normal_(layer.weight)');
    expect(fixed).toContain('zeros_(layer.bias)');
  });
});

describe('the guard against vectors', () => {
  it('is indented as the file is, and keeps its line breaks', () => {
    const text = [
      'import torch.nn as nn',
      'class Net(nn.Module):',
      '\tdef __init__(self):',
      '\t\tsuper().__init__()',
      '\t\tself.fc = nn.Linear(4, 4)',
      '\t\tfor p in self.parameters():',
      '\t\t\tnn.init.xavier_uniform_(p)',
      '\tdef forward(self, x):',
      '\t\treturn self.fc(x)',
      '',
    ].join('\r\n');
    const fixed = allFixed('net.py', text).find(({ fix }) => fix.preferred)?.fixed ?? '';
    expect(fixed).toContain('\t\t\tif p.dim() > 1:\r\n\t\t\t\tnn.init.xavier_uniform_(p)\r\n');
  });

  it('is a conditional expression where no statement fits', () => {
    const text = `import torch.nn as nn


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.fc = nn.Linear(4, 4)
        [nn.init.orthogonal_(p) for p in self.parameters()]

    def forward(self, x):
        return self.fc(x)
`;
    expect(changedLines('net.py', text)).toEqual([
      '[(nn.init.orthogonal_(p) if p.dim() > 1 else p) for p in self.parameters()]',
    ]);
  });
});

describe('an unsupported nonlinearity', () => {
  it.each([
    ["'swish'", "'relu'"],
    ['"LeakyReLU"', '"leaky_relu"'],
    ['"tanhh"', '"tanh"'],
    ["'hardtanh'", "'tanh'"],
    ['"""mish"""', '"""relu"""'],
  ])('%s becomes %s', (before, after) => {
    const text = torchModel(
      'import torch\nfrom torch import nn',
      `nn.init.kaiming_normal_(layer.weight, nonlinearity=${before})`,
    );
    expect(changedLines('net.py', text)).toEqual([`nn.init.kaiming_normal_(layer.weight, nonlinearity=${after})`]);
  });
});

function kerasModel(initializer: string, imports = 'import tensorflow as tf\nfrom tensorflow import keras'): string {
  return `${imports}

model = keras.Sequential(
    [
        keras.Input(shape=(64,)),
        keras.layers.Dense(64, activation="relu", kernel_initializer=${initializer}),
        keras.layers.Dense(32, activation="relu", kernel_initializer="he_normal"),
        keras.layers.Dense(10),
    ]
)
`;
}

describe('fixes in Keras keep the style', () => {
  it.each([
    ['"zeros"', '"he_normal"'],
    ["'Zeros'", "'HeNormal'"],
    ['keras.initializers.Zeros()', 'keras.initializers.HeNormal()'],
    ['keras.initializers.zeros()', 'keras.initializers.he_normal()'],
    ['keras.initializers.Zeros', 'keras.initializers.HeNormal'],
    ['tf.zeros_initializer()', 'tf.keras.initializers.HeNormal()'],
    ['keras.initializers.RandomNormal(stddev=2.0, seed=7)', 'keras.initializers.HeNormal(seed=7)'],
    ['keras.initializers.RandomUniform(-1, 1)', 'keras.initializers.HeUniform()'],
  ])('%s becomes %s', (before, after) => {
    expect(changedLines('model.py', kerasModel(before))).toEqual([
      `keras.layers.Dense(64, activation="relu", kernel_initializer=${after}),`,
    ]);
  });

  it('the default comes back by dropping the argument', () => {
    expect(changedLines('model.py', kerasModel('"zeros"'), /default/)).toEqual([
      'keras.layers.Dense(64, activation="relu"),',
    ]);
  });
});

function tfjsModel(initializer: string): string {
  return `import * as tf from '@tensorflow/tfjs';

export const model = tf.sequential({
  layers: [
    tf.layers.dense({ inputShape: [64], units: 64, activation: 'relu', kernelInitializer: ${initializer} }),
    tf.layers.dense({ units: 64, activation: 'relu', kernelInitializer: 'heNormal' }),
    tf.layers.dense({ units: 10 }),
  ],
});
`;
}

describe('fixes in TensorFlow.js keep the style', () => {
  it.each([
    ["'zeros'", "'heNormal'"],
    ['"zeros"', '"heNormal"'],
    ['tf.initializers.zeros()', 'tf.initializers.heNormal({})'],
    ['tf.initializers.randomNormal({ stddev: 3, seed: 4 })', 'tf.initializers.heNormal({ seed: 4 })'],
    ['tf.initializers.randomUniform({ minval: -1, maxval: 1 })', 'tf.initializers.heUniform({})'],
  ])('%s becomes %s', (before, after) => {
    expect(changedLines('model.ts', tfjsModel(before))).toEqual([
      `tf.layers.dense({ inputShape: [64], units: 64, activation: 'relu', kernelInitializer: ${after} }),`,
    ]);
  });

  it('the default comes back by dropping the option', () => {
    expect(changedLines('model.js', tfjsModel("'zeros'"), /default/)).toEqual([
      "tf.layers.dense({ inputShape: [64], units: 64, activation: 'relu' }),",
    ]);
  });
});

describe('fixes in PyTorch for what nobody initializes', () => {
  const deep = `import torch
import torch.nn as nn


class Net(nn.Module):
\tdef __init__(self):
\t\tsuper().__init__()
\t\tself.convs = nn.ModuleList([nn.Conv2d(8, 8, 3, padding=1) for _ in range(10)])
\t\tself.fc1, self.fc2 = nn.Linear(8, 8), nn.Linear(8, 8)
\t\tself.head = nn.Linear(8, 2)

\tdef forward(self, x):
\t\tfor conv in self.convs:
\t\t\tx = torch.relu(conv(x))
\t\tx = torch.relu(self.fc1(x.mean((2, 3))))
\t\treturn self.head(torch.relu(self.fc2(x)))
`;

  it('a loop over the layers ends the constructor, with the indentation of the file', () => {
    const loop = [
      '\t\tfor module in self.modules():',
      '\t\t\tif isinstance(module, (nn.Conv2d, nn.Linear)):',
      '\t\t\t\tnn.init.kaiming_normal_(module.weight, nonlinearity="relu")',
    ].join('\n');
    const [first] = allFixed('net.py', deep).filter(({ fix }) => fix.preferred);
    expect(first?.fixed).toContain(`self.head = nn.Linear(8, 2)\n${loop}\n\n\tdef forward`);
  });

  it('recurrent weights are told by their names', () => {
    const text = `import torch
from torch import nn


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.lstm = nn.LSTM(8, 64)
        self.head = nn.Linear(64, 2)

    def forward(self, x):
        return self.head(self.lstm(x)[0])
`;
    expect(changedLines('net.py', text)).toEqual([
      'for name, parameter in self.named_parameters():',
      'if "weight_hh" in name:',
      'nn.init.orthogonal_(parameter)',
    ]);
  });

  it('branches are scaled by the end of their names', () => {
    const text = `import torch
from torch import nn


class Block(nn.Module):
    def __init__(self):
        super().__init__()
        self.up = nn.Linear(32, 32)
        self.down = nn.Linear(32, 32)
        nn.init.kaiming_normal_(self.up.weight)
        nn.init.kaiming_normal_(self.down.weight)

    def forward(self, x):
        return x + self.down(torch.relu(self.up(torch.relu(x))))


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.stem = nn.Linear(8, 32)
        self.blocks = nn.Sequential(*[Block() for _ in range(18)])
        self.head = nn.Linear(32, 2)

    def forward(self, x):
        return self.head(self.blocks(self.stem(x)))
`;
    expect(changedLines('net.py', text, /branches/)).toEqual([
      'for name, parameter in self.named_parameters():',
      'if name.endswith("down.weight"):',
      'parameter.data.mul_((2 * 18) ** -0.5)',
    ]);
  });
});
