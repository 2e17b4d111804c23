import type { Layer, ModelGraph } from '../../core/graph/graph.ts';
import type { TargetInitializer } from '../../core/rules/finding.ts';
import type { Range, Statement } from '../syntax/ast.ts';
import type { Edit } from './fix.ts';
import type { Source } from './source.ts';
import { indentationAt, indentationStep, lineBreakOf, quoteOf } from './style.ts';
import { inWords } from './torch.ts';
import { initPrefix } from './torch-imports.ts';

/** A loop over the model's layers, at the end of the class's constructor or after the statement that makes the model. */
export function sweepInTorch(
  layers: readonly Layer[],
  target: TargetInitializer,
  graph: ModelGraph,
  source: Source,
): readonly Edit[] {
  const { prefix, edits } = initPrefix(source);
  const sweep = insertAfterModel(graph, source, (model) =>
    layers.every(({ op }) => op.kind === 'recurrent')
      ? overParameters(model, target, prefix, source)
      : overModules(model, layers, target, prefix, source),
  );
  return sweep === null ? [] : [...edits, sweep];
}

/** Lines at the end of the class's constructor, or after the statement that makes the model; they know what it is called there. */
export function insertAfterModel(
  graph: ModelGraph,
  source: Source,
  linesFor: (model: string) => readonly Line[],
): Edit | null {
  if (graph.nameAt.path !== source.path) return null;
  const place = placeOf(source.syntax.body, graph.nameAt);
  if (place === null) return null;
  const [step, newline] = [indentationStep(source), lineBreakOf(source)];
  const indentation = indentationAt(source, place.after.start);
  const text = linesFor(place.model)
    .map((line) => newline + indentation + step.repeat(line.depth) + line.text)
    .join('');
  const end = lineEnd(source.text, place.after.end);
  return { path: source.path, start: end, end, text };
}

export interface Line {
  readonly depth: number;
  readonly text: string;
}

function overModules(
  model: string,
  layers: readonly Layer[],
  target: TargetInitializer,
  prefix: string,
  source: Source,
): readonly Line[] {
  const nn = prefix.replace(/init\.$/, '');
  const classes = [...new Set(layers.flatMap(({ op }) => classOf(op)))].map((name) => nn + name);
  const [only, ...others] = classes;
  if (only === undefined) return [];
  const wanted = others.length === 0 ? only : `(${classes.join(', ')})`;
  const { name, settings } = inWords(target, prefix, quoteOf(source), { mode: [], others: [] });
  return [
    { depth: 0, text: `for module in ${model}.modules():` },
    { depth: 1, text: `if isinstance(module, ${wanted}):` },
    { depth: 2, text: `${prefix}${name}(${['module.weight', ...settings].join(', ')})` },
  ];
}

/** Recurrent layers keep the weights of all gates in matrices of their own name. */
function overParameters(model: string, target: TargetInitializer, prefix: string, source: Source): readonly Line[] {
  const quote = quoteOf(source);
  const { name, settings } = inWords(target, prefix, quote, { mode: [], others: [] });
  return [
    { depth: 0, text: `for name, parameter in ${model}.named_parameters():` },
    { depth: 1, text: `if ${quote}weight_hh${quote} in name:` },
    { depth: 2, text: `${prefix}${name}(${['parameter', ...settings].join(', ')})` },
  ];
}

function classOf(op: Layer['op']): readonly string[] {
  if (op.kind === 'embedding') return ['Embedding'];
  if (op.kind === 'dense') return ['Linear'];
  return op.kind === 'conv' ? [`Conv${op.transposed ? 'Transpose' : ''}${op.rank}d`] : [];
}

/** The last statement before the loop, and what the model is called there. */
function placeOf(
  body: readonly Statement[],
  nameAt: Range,
): { readonly after: Statement; readonly model: string } | null {
  for (const statement of body) {
    if (statement.start > nameAt.start || statement.end < nameAt.end) continue;
    if (statement.type === 'Class') {
      const inner =
        statement.nameAt.start === nameAt.start ? endOfConstructor(statement.body) : placeOf(statement.body, nameAt);
      return inner;
    }
    if (statement.type === 'Assign') {
      const [target, ...more] = statement.targets;
      return target?.type === 'Name' && more.length === 0 ? { after: statement, model: target.name } : null;
    }
  }
  return null;
}

function endOfConstructor(body: readonly Statement[]): ReturnType<typeof placeOf> {
  for (const statement of body) {
    if (statement.type !== 'Function' || statement.function.name !== '__init__') continue;
    const [self] = statement.function.parameters;
    const after = statement.function.body.at(-1);
    if (self?.target.type !== 'Name' || after === undefined || after.type === 'Return') return null;
    return { after, model: self.target.name };
  }
  return null;
}

function lineEnd(text: string, offset: number): number {
  const newline = text.indexOf('\n', offset);
  const end = newline < 0 ? text.length : newline;
  return text[end - 1] === '\r' ? end - 1 : end;
}
