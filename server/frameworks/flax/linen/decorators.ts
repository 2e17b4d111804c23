import { nativeFunction } from '../../../interpreter/table.ts';
import type { NativeValue, Value } from '../../../interpreter/values.ts';
import type { FunctionNode } from '../../../syntax/ast.ts';

/* `@nn.compact` and `@nn.nowrap` leave the function as it is; they are known by its text. */

const compact = new WeakSet<FunctionNode>();
const plain = new WeakSet<FunctionNode>();

export const isCompact = (node: FunctionNode): boolean => compact.has(node);
export const isUnwrapped = (node: FunctionNode): boolean => plain.has(node);

function marker(name: string, marked: WeakSet<FunctionNode>): NativeValue {
  return nativeFunction(`flax.linen.${name}`, 'fun', (given): Value => {
    const function_ = given.get('fun');
    if (function_.type === 'function') marked.add(function_.node);
    return function_;
  });
}

export const decorators: Readonly<Record<string, NativeValue>> = {
  compact: marker('compact', compact),
  compact_name_scope: marker('compact_name_scope', compact),
  nowrap: marker('nowrap', plain),
};
