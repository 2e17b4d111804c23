import { describe, expect, it } from 'vitest';
import { createFrameworks } from '../../server/frameworks/all.ts';
import { createAnalyzer } from '../../server/workspace/analyzer.ts';
import { createDiskWorkspace } from '../../server/workspace/disk.ts';
import { scoreModel } from './built-models.ts';
import { torchvision, torchvisionRoot } from './torchvision.ts';

/*
 * A few of torchvision's models, one of each kind, against what PyTorch builds. All of them: `npm run oracle:torchvision`.
 */

const names = [
  'resnet18',
  'mobilenet_v2',
  'squeezenet1_1',
  'shufflenet_v2_x0_5',
  'convnext_tiny',
  'swin_t',
  'vit_b_16',
];

describe('torchvision, read from its sources', () => {
  const built = torchvision.build(names);

  it.each(names)('%s has the parameters, distributions and shapes that we say', (name) => {
    const model = built.get(name);
    if (model === undefined) throw new Error(`torchvision did not build ${name}`);
    const analyzer = createAnalyzer(
      createDiskWorkspace({ roots: [torchvisionRoot(model)], searchPaths: [] }),
      createFrameworks(),
    );
    const score = scoreModel(analyzer, model);
    expect(score.problems).toEqual([]);
    expect(score.parameters.right).toBe(model.parameters.length);
    expect(score.outputs.right).toBeGreaterThan(20);
  });
});
