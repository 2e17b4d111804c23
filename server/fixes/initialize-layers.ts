import type { Layer, ModelGraph } from '../../core/graph/graph.ts';
import type { Remedy, TargetInitializer } from '../../core/rules/finding.ts';
import type { Expression } from '../syntax/ast.ts';
import type { Edit, Fix } from './fix.ts';
import { initializerInFlax } from './flax.ts';
import { stringInKeras } from './keras.ts';
import { initializerTitle } from './replace-initializer.ts';
import { pathTo, type Source } from './source.ts';
import { sweepInTorch } from './sweep.ts';
import { stringInTfjs } from './tfjs.ts';

type Initialize = Extract<Remedy, { kind: 'initializeLayers' }>;

/**
 * An initializer where the framework's default was: an argument of every layer in Keras, Flax and TensorFlow.js, a loop over the
 * layers at the end of the constructor in PyTorch.
 */
export function initializeLayers(
  { parameters, target, preferred }: Initialize,
  graph: ModelGraph,
  source: Source,
): readonly Fix[] {
  const ids = new Set(parameters);
  const layers = graph.layers.filter((layer) => Object.values(layer.parameters).some((id) => ids.has(id)));
  const edits = editsFor(layers, ids, target, graph, source);
  return edits.length === 0 ? [] : [{ title: initializerTitle(target, 'these layers'), preferred, safe: false, edits }];
}

function editsFor(
  layers: readonly Layer[],
  parameters: ReadonlySet<number>,
  target: TargetInitializer,
  graph: ModelGraph,
  source: Source,
): readonly Edit[] {
  switch (graph.framework) {
    case 'torch':
      return sweepInTorch(layers, target, graph, source);
    case 'keras': {
      const text = stringInKeras(target, source);
      return text === null ? [] : argumentEdits(layers, parameters, source, (role) => `${keywords[role]}=${text}`);
    }
    case 'tfjs':
      return argumentEdits(
        layers,
        parameters,
        source,
        (role) => `${camel(keywords[role])}: ${stringInTfjs(target, source)}`,
      );
    case 'flax': {
      const text = initializerInFlax(target, source);
      return text === null ? [] : argumentEdits(layers, parameters, source, (role) => `${flaxKeywords[role]}=${text}`);
    }
    default:
      return graph.framework satisfies never;
  }
}

const keywords = {
  weight: 'kernel_initializer',
  recurrentWeight: 'recurrent_initializer',
  embedding: 'embeddings_initializer',
} as const;

const flaxKeywords: Readonly<Record<keyof typeof keywords, string>> = {
  weight: 'kernel_init',
  recurrentWeight: 'recurrent_kernel_init',
  embedding: 'embedding_init',
};

function roleOf({ op, parameters: own }: Layer, parameters: ReadonlySet<number>): keyof typeof keywords {
  if (op.kind === 'embedding') return 'embedding';
  const isInput = Object.entries(own).some(([role, id]) => role.startsWith('weight') && parameters.has(id));
  return isInput ? 'weight' : 'recurrentWeight';
}

function camel(name: string): string {
  return name.replace(/_([a-z])/g, (_, letter: string) => letter.toUpperCase());
}

/** One for every place that makes such layers; none at all where one of them cannot be written. */
function argumentEdits(
  layers: readonly Layer[],
  parameters: ReadonlySet<number>,
  source: Source,
  written: (role: keyof typeof keywords) => string,
): readonly Edit[] {
  const edits = new Map<number, Edit>();
  for (const layer of layers) {
    const role = roleOf(layer, parameters);
    const edit =
      layer.at === null || layer.at.path !== source.path ? null : insertArgument(layer.at, source, written(role));
    if (edit === null) return [];
    edits.set(edit.start, edit);
  }
  return [...edits.values()];
}

function insertArgument(at: NonNullable<Layer['at']>, source: Source, text: string): Edit | null {
  const call = pathTo(source, at).at(-1) as Expression | undefined;
  if (call?.type !== 'Call') return null;
  const options = source.language === 'javascript' ? call.arguments[0]?.value : undefined;
  if (source.language === 'javascript' && options?.type !== 'Dict') return null;
  const last = options?.type === 'Dict' ? options.entries.at(-1)?.value : call.arguments.at(-1);
  const end = last?.end ?? call.end - 1;
  return { path: source.path, start: end, end, text: last === undefined ? text : `, ${text}` };
}
