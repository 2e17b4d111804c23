import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import type { BuiltModel } from './built-models.ts';
import { type Collection, createCollection } from './collection.ts';
import { modelCollections, runPython, sourcesOf, transformersSources } from './python-packages.ts';

const script = path.join(import.meta.dirname, 'transformers_truth.py');
const facts = path.join(import.meta.dirname, 'transformers-facts.jsonl');
const files = path.join(import.meta.dirname, '../../out/oracle/transformers_files');

const built = createCollection<Recorded>(script, (args) => runPython(modelCollections, [script, ...args]));

/** A model with the versions of the packages that built it. */
type Recorded = BuiltModel & { readonly versions: string };

/** The forty most used architectures of Hugging Face transformers, each as a file that makes a small one of them. */
export const transformers: Collection = {
  ...built,
  build: (names) => withSources(built.build(names).values()),
};

/** Those whose facts are kept beside this file, since today's PyTorch is 5.7 GB. `npm run oracle:transformers -- --record` */
export const recordedNames = [
  'BertForSequenceClassification',
  'GPT2LMHeadModel',
  'MistralForSequenceClassification',
  'T5ForConditionalGeneration',
  'ViTForImageClassification',
  'CLIPModel',
  'Wav2Vec2ForCTC',
];

export function recordFacts(): void {
  const lines = [...built.build(recordedNames).values()].map((model) => JSON.stringify(model, rounded));
  writeFileSync(facts, `${lines.join('\n')}\n`);
}

export function recordedModels(): ReadonlyMap<string, BuiltModel> {
  const lines = readFileSync(facts, 'utf8').trim().split('\n');
  return withSources(lines.map((line) => JSON.parse(line) as Recorded));
}

/** The folder that transformers lies in: the import root, as in `--search-path`. */
export function transformersRoot(): string {
  return sourcesOf(transformersSources);
}

/** Four digits are far more than the comparison asks for. */
function rounded(_key: string, value: unknown): unknown {
  return typeof value === 'number' && !Number.isInteger(value) ? Number(value.toPrecision(4)) : value;
}

/** Writes the files that the models are read from. */
function withSources(models: Iterable<BuiltModel>): ReadonlyMap<string, BuiltModel> {
  mkdirSync(files, { recursive: true });
  return new Map(
    [...models].map((model) => {
      const file = path.join(files, `${model.name}.py`);
      const source = model.source ?? '';
      // Another run may be reading it.
      if (!existsSync(file) || readFileSync(file, 'utf8') !== source) writeFileSync(file, source);
      return [model.name, { ...model, path: file }];
    }),
  );
}
