import { describe, expect, it } from 'vitest';
import { createAnalyzer } from '../../workspace/analyzer.ts';
import { createMemoryWorkspace } from '../../workspace/memory.ts';
import { createFrameworks } from '../all.ts';

/** `mean std` of every parameter by name. */
function initialized(imports: string, body: string, others: Readonly<Record<string, string>> = {}) {
  const text = `${imports}
import torch
from torch import nn
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv = nn.Conv2d(4, 6, 3, groups=2)
        self.head = nn.Linear(32, 8)
${body.replace(/^/gm, '        ')}
    def forward(self, x):
        return self.head(self.conv(x))
`;
  const workspace = createMemoryWorkspace({ '/main.py': text, ...others });
  const [model] = createAnalyzer(workspace, createFrameworks()).analyze('/main.py').models;
  return new Map(model?.graph.parameters.map(({ name, initializer: { mean, std } }) => [name, { mean, std }]));
}

function expectStd(
  found: { readonly mean: number | null; readonly std: number | null } | undefined,
  std: number,
): void {
  expect(found?.mean).toBeCloseTo(0, 12);
  expect(found?.std).toBeCloseTo(std, 10);
}

describe('where a helper library is not installed, its initializers are known', () => {
  // A grouped convolution of 4 to 6 channels: fan in 2 · 9, fan out 6 · 9.
  it('of mmcv and mmengine: weight by the name, bias to a constant', () => {
    const found = initialized(
      'from mmcv.cnn import kaiming_init, bias_init_with_prob\nfrom mmengine.model import normal_init',
      'kaiming_init(self.conv)\nnormal_init(self.head, std=0.01, bias=bias_init_with_prob(0.01))',
    );
    expectStd(found.get('conv.weight'), Math.sqrt(2 / 54));
    expect(found.get('conv.bias')).toMatchObject({ mean: 0, std: 0 });
    expectStd(found.get('head.weight'), 0.01);
    expect(found.get('head.bias')?.mean).toBeCloseTo(-Math.log(99), 10);
  });

  it('of fvcore: Caffe2 counts as PyTorch does, with a slope of one', () => {
    const found = initialized(
      'import fvcore.nn.weight_init as weight_init',
      'weight_init.c2_msra_fill(self.conv)\nweight_init.c2_xavier_fill(self.head)',
    );
    expectStd(found.get('conv.weight'), Math.sqrt(2 / 54));
    // Uniform within √3 · gain / √fan, gain √(2 / (1 + 1)).
    expectStd(found.get('head.weight'), 1 / Math.sqrt(32));
  });

  it('of timm: truncated at two std, corrected for it or not', () => {
    const found = initialized(
      'from timm.models.layers import lecun_normal_, trunc_normal_tf_',
      'lecun_normal_(self.head.weight)\ntrunc_normal_tf_(self.conv.weight, std=0.02)',
    );
    expectStd(found.get('head.weight'), 1 / Math.sqrt(32));
    // Var of N(0, 1) cut at ±2: 1 - 4 φ(2) / (2 Φ(2) - 1).
    expectStd(found.get('conv.weight'), 0.02 * Math.sqrt(1 - (4 * 0.05399096651318806) / 0.9544997361036416));
  });

  it('of timm: a function is applied to every module by its name', () => {
    const found = initialized(
      'from timm.models.helpers import named_apply',
      "named_apply(lambda module, name: nn.init.zeros_(module.weight) if name == 'head' else None, self)",
    );
    expect(found.get('head.weight')).toMatchObject({ mean: 0, std: 0 });
    expect(found.get('conv.weight')?.std).toBeGreaterThan(0.1);
  });

  it('of detectron2: a convolution brings its norm and activation', () => {
    const found = initialized(
      'from detectron2.layers import Conv2d, get_norm',
      "self.conv = Conv2d(4, 8, 3, bias=False, norm=get_norm('GN', 64), activation=torch.relu)",
    );
    expect([...found.keys()]).toEqual([
      'conv.weight',
      'conv.norm.weight',
      'conv.norm.bias',
      'head.weight',
      'head.bias',
    ]);
    // PyTorch's default: uniform within 1 / √fan.
    expectStd(found.get('conv.weight'), 1 / Math.sqrt(3 * 36));
  });

  it('but a name that the tables do not have is not', () => {
    const found = initialized('from timm.layers import some_init_', 'some_init_(self.head.weight)');
    expect(found.get('head.weight')?.std ?? null).toBeNull();
  });
});

describe('where it is installed', () => {
  it('its own source counts', () => {
    const others = {
      '/fvcore/__init__.py': '',
      '/fvcore/nn/__init__.py': '',
      '/fvcore/nn/weight_init.py':
        'from torch import nn\ndef c2_msra_fill(module):\n    nn.init.normal_(module.weight, std=7)\n',
    };
    const body = 'weight_init.c2_msra_fill(self.conv)';
    expectStd(initialized('import fvcore.nn.weight_init as weight_init', body, others).get('conv.weight'), 7);
  });
});
