import { describe, expect, it } from 'vitest';
import { createFrameworks } from '../../server/frameworks/all.ts';
import { createAnalyzer } from '../../server/workspace/analyzer.ts';
import { createDiskWorkspace, withOpenDocuments } from '../../server/workspace/disk.ts';
import { scoreModel } from './built-models.ts';
import { smallTimm, timmRoot } from './timm.ts';

/*
 * A few of timm's models, one of each way to describe an architecture, against what PyTorch builds. All of them:
 * `npm run oracle:timm`.
 */

const names = [
  // arguments, text (`ir_r2_k3_s2`), configuration objects, numbers that tensors compute
  'test_resnet',
  'test_efficientnet',
  'test_byobnet',
  'regnetx_002',
  // transformers, a mixture within a tensor, tables of relative positions, gated convolutions
  'test_vit',
  'gmixer_12_224',
  'levit_128s',
  'test_mambaout',
];

describe('timm, read from its sources', () => {
  const built = smallTimm.build(names);

  it.each(names)('%s has the parameters, distributions and shapes that we say', (name) => {
    const model = built.get(name);
    if (model === undefined) throw new Error(`timm did not build ${name}`);
    const workspace = createDiskWorkspace({ roots: [timmRoot(model)], searchPaths: [] });
    const score = scoreModel(createAnalyzer(workspace, createFrameworks()), model);
    expect(score.problems).toEqual([]);
    expect(score.parameters.right).toBe(model.parameters.length);
  });

  it('initializes as our tables say where its source is not there', () => {
    const root = timmRoot(built.get('test_vit') ?? { path: '' });
    const inits = ['trunc_normal_(w, 0.1, 0.5, -1, 0.8)', 'trunc_normal_tf_(w, 0.1, 0.02)', 'lecun_normal_(w)'];
    const scaling = ["variance_scaling_(w, 2, 'fan_avg', 'uniform')", "variance_scaling_(w, 0.5, 'fan_out')"];
    const lines = [...inits, ...scaling].map(
      (call, index) => `        w = self.w${index} = nn.Parameter(torch.empty(9, 6, 3))\n        ${call}\n`,
    );
    const text = `import torch\nfrom torch import nn\nfrom timm.layers import ${[...inits, ...scaling].map((call) => call.split('(')[0]).join(', ')}
class Net(nn.Module):
    def __init__(self):
        super().__init__()
${lines.join('')}`;
    const read = (searchPaths: readonly string[]) => {
      const disk = createDiskWorkspace({ roots: ['/user'], searchPaths });
      const workspace = withOpenDocuments(disk, (path) => (path === '/user/main.py' ? { text, version: 1 } : null));
      const [net] = createAnalyzer(workspace, createFrameworks()).analyze('/user/main.py').models;
      return net?.graph.parameters.map(({ initializer: { mean, std } }) => [mean, std].map((x) => x?.toFixed(9)));
    };
    const fromSource = read([root]);
    expect(fromSource?.flat()).toHaveLength(10);
    expect(read([])).toEqual(fromSource);
  });

  it('is found by the name of a model in the user’s code', () => {
    const model = built.get('test_vit');
    if (model === undefined) throw new Error('timm did not build test_vit');
    const text = "import timm\nnet = timm.create_model('test_vit', num_classes=7)\n";
    const disk = createDiskWorkspace({ roots: ['/user'], searchPaths: [timmRoot(model)] });
    const workspace = withOpenDocuments(disk, (path) => (path === '/user/main.py' ? { text, version: 1 } : null));
    const [net] = createAnalyzer(workspace, createFrameworks()).analyze('/user/main.py').models;
    const shapes = new Map(net?.graph.parameters.map(({ name, shape }) => [name, shape]));
    expect([...shapes.keys()]).toEqual(model.parameters.map(({ name }) => name));
    expect(shapes.get('head.weight')).toEqual([7, 64]);
  });
});
