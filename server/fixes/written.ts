import type { FrameworkId } from '../../core/graph/graph.ts';
import type { Initializer } from '../../core/graph/initializer.ts';
import type { Parameter } from '../../core/graph/parameter.ts';
import type { Span } from '../../core/graph/span.ts';
import type { Expression } from '../syntax/ast.ts';
import { type Node, pathTo, type Source } from './source.ts';

/** The code that wrote a parameter's last initializer. */
export interface Written {
  readonly source: Source;
  readonly framework: FrameworkId;
  readonly initializer: Initializer;
  readonly at: Span;
  /** The call, string or name at the place. */
  readonly node: Expression;
  /** What is around it, outermost first. */
  readonly ancestors: readonly Node[];
  /** Before it the parameter held a complete default of the framework. */
  readonly coversDefault: boolean;
}

/** `null` where nobody in this source wrote it, or the text there is no expression. */
export function writtenBy(parameter: Parameter, framework: FrameworkId, source: Source): Written | null {
  const { writes, initializer } = parameter;
  const at = writes.at(-1)?.at ?? null;
  if (at === null || at.path !== source.path) return null;
  const path = pathTo(source, at);
  const node = path.at(-1);
  if (node === undefined) return null;
  const before = writes.slice(0, -1).filter((write) => write.at === null || write.at.start !== at.start);
  return {
    source,
    framework,
    initializer,
    at,
    // `pathTo` ends in an expression.
    node: node as Expression,
    ancestors: path.slice(0, -1),
    coversDefault: before.at(-1)?.origin === 'default',
  };
}
