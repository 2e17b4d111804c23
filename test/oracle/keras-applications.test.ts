import path from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { createFrameworks } from '../../server/frameworks/all.ts';
import { createAnalyzer } from '../../server/workspace/analyzer.ts';
import { createDiskWorkspace } from '../../server/workspace/disk.ts';
import { type BuiltModel, scoreModel } from './built-models.ts';
import { kerasApplications } from './keras-applications.ts';
import { folderOf, kerasOnJax } from './python-packages.ts';

/*
 * A few of keras.applications, one of each kind, against what Keras builds. All of them: `npm run oracle:keras`.
 */

const names = ['ConvNeXtTiny', 'DenseNet121', 'EfficientNetV2B0', 'MobileNetV3Small', 'NASNetMobile', 'Xception'];

describe('keras.applications, called in a file of the user', () => {
  let built: ReadonlyMap<string, BuiltModel> = new Map();
  beforeAll(() => {
    built = kerasApplications.build(names);
  }, 600_000);

  it.each(names)('%s has the weights, distributions and shapes that we say', (name) => {
    const model = built.get(name);
    if (model === undefined) throw new Error(`Keras did not build ${name}`);
    const workspace = createDiskWorkspace({
      roots: [path.dirname(model.path)],
      searchPaths: [folderOf(kerasOnJax)],
    });
    const score = scoreModel(createAnalyzer(workspace, createFrameworks()), model);
    expect(score.problems).toEqual([]);
    expect(score.parameters.right).toBe(model.parameters.length);
    expect(score.outputs.right).toBeGreaterThan(100);
  });
});
