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
