import type { Expression, FunctionNode, Statement } from './ast.ts';
import type { ConcreteNode } from './concrete.ts';

/*
 * What the parts of a lowering share: the module's text, and each other. The grammar is recursive over all parts, the files
 * are not: a part reaches back to the others through this.
 */

export interface PythonLowering {
  readonly text: string;
  expression(node: ConcreteNode): Expression;
  /** The statements of a block. */
  body(node: ConcreteNode): Statement[];
}

export interface JavaScriptLowering {
  readonly text: string;
  /** `Unknown` at `fallback` where the node is missing. */
  expression(node: ConcreteNode | undefined, fallback?: number): Expression;
  statements(nodes: readonly ConcreteNode[]): Statement[];
  /** A block's statements, or the one statement that stands instead of a block. */
  body(node: ConcreteNode | undefined): Statement[];
  /** An expression for its effect: assignments and steps become statements. */
  effect(node: ConcreteNode): Statement[];
  /** Any function: declaration, expression, arrow, method. */
  function(node: ConcreteNode): FunctionNode;
  class(node: ConcreteNode): Extract<Statement, { type: 'Class' }>;
  /** What is assigned to: a name, a member, or a pattern as `ast.ts` describes it. */
  target(node: ConcreteNode): Expression;
}
