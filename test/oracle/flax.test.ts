import { describe, expect, it } from 'vitest';
import { createFrameworks } from '../../server/frameworks/all.ts';
import { createAnalyzer } from '../../server/workspace/analyzer.ts';
import { createDiskWorkspace } from '../../server/workspace/disk.ts';
import { scoreModel } from './built-models.ts';
import { flaxFolder, flaxModels } from './flax.ts';

/* The models of `flax/` against what Flax itself initializes; those that take longest are left to `npm run oracle:flax`. */

const slow = new Set(['resnet50', 'actor_critic', 'translation']);
const names = flaxModels.names().filter((name) => !slow.has(name));

describe('models of Flax, read from their sources', () => {
  const built = flaxModels.build(names);

  it.each(names)('%s has the parameters, distributions and shapes that Flax gives it', (name) => {
    const model = built.get(name);
    if (model === undefined) throw new Error(`Flax did not build ${name}`);
    const analyzer = createAnalyzer(createDiskWorkspace({ roots: [flaxFolder], searchPaths: [] }), createFrameworks());
    const score = scoreModel(analyzer, model);
    expect(score.problems).toEqual([]);
    expect(score.parameters.right).toBe(model.parameters.length);
  });
});
