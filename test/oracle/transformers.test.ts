import { describe, expect, it } from 'vitest';
import { createFrameworks } from '../../server/frameworks/all.ts';
import { createAnalyzer } from '../../server/workspace/analyzer.ts';
import { createDiskWorkspace } from '../../server/workspace/disk.ts';
import { scoreModel } from './built-models.ts';
import { recordedModels, recordedNames, transformersRoot } from './transformers.ts';

/*
 * A few models of Hugging Face transformers, read from its sources, against what PyTorch built once. All of them, built anew:
 * `npm run oracle:transformers`.
 */

describe('transformers, read from its sources', () => {
  const models = recordedModels();
  const workspace = createDiskWorkspace({ roots: [transformersRoot()], searchPaths: [] });
  // As in an editor: one analyzer, which keeps what the models share.
  const analyzer = createAnalyzer(workspace, createFrameworks());

  it.each(recordedNames)('%s has the parameters and distributions that we say', (name) => {
    const model = models.get(name);
    if (model === undefined) throw new Error(`${name} is not recorded`);
    const { parameters, invented, problems } = scoreModel(analyzer, model);
    expect(problems.filter((problem) => !problem.startsWith('note: '))).toEqual([]);
    expect(parameters).toEqual({ total: model.parameters.length, right: model.parameters.length, wrong: 0 });
    expect(invented).toBe(0);
  });

  it('makes the models of a file of its own with their default configuration', () => {
    const file = `${transformersRoot()}/transformers/models/bert/modeling_bert.py`;
    const graph = analyzer.analyze(file, { symbol: 'BertForMaskedLM' }).models[0]?.graph;
    const embeddings = graph?.parameters[0];
    expect([graph?.parameters.length, embeddings?.shape, embeddings?.initializer.std?.toFixed(3)]).toEqual([
      202,
      [30522, 768],
      '0.020',
    ]);
  });

  it('says the same of a file whatever it has analysed before', () => {
    const files = [
      'bailing_hybrid/modular_bailing_hybrid.py',
      'bark/modeling_bark.py',
      'big_bird/modeling_big_bird.py',
      'biogpt/modeling_biogpt.py',
    ].map((file) => `${transformersRoot()}/transformers/models/${file}`);
    const layersOf = (asked: readonly string[]) => {
      const fresh = createAnalyzer(workspace, createFrameworks());
      const analyses = asked.map((file) => fresh.analyze(file));
      return analyses.at(-1)?.models.map(({ graph }) => `${graph.name}: ${graph.layers.length} layers`);
    };
    expect(layersOf(files)).toEqual(layersOf(files.slice(-1)));
  });
});
