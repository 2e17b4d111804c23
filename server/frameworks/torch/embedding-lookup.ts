import type { NativeContext } from '../../interpreter/native.ts';
import type { TensorValue } from '../../interpreter/values.ts';
import { apply } from './apply.ts';

/** Rows of a table, by index: `F.embedding(tokens, table)`. */
export function embeddingLookup(
  input: TensorValue,
  table: TensorValue,
  paddingIndex: number | null,
  context: NativeContext,
): TensorValue {
  const [vocabulary = null, width = null] = table.shape ?? [];
  const op = { kind: 'embedding', vocabulary, width, paddingIndex } as const;
  return apply({ op, inputs: [input], parameters: { weight: table }, name: 'embedding' }, context);
}
