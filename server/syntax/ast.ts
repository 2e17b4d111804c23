/*
 * One small abstract syntax tree for Python and for JavaScript/TypeScript: all that the interpreter sees.
 * Every node carries its range as UTF-16 offsets in the module's text. Broken code is a normal tree: what could not be
 * read is an `Unknown` expression, a statement that could not be read is left out.
 */

export interface Range {
  readonly start: number;
  readonly end: number;
}

export type Expression = Range &
  (
    | { readonly type: 'Number'; readonly value: number; readonly isFloat: boolean }
    | { readonly type: 'String'; readonly value: string }
    /** f-string, template literal: literal text and expressions in turn. */
    | { readonly type: 'Template'; readonly parts: readonly (string | Expression)[] }
    | { readonly type: 'Boolean'; readonly value: boolean }
    /** `None`, `null`, `undefined`. */
    | { readonly type: 'None' }
    /** Python's `...`. */
    | { readonly type: 'Ellipsis' }
    | { readonly type: 'Name'; readonly name: string }
    | {
        readonly type: 'Attribute';
        readonly object: Expression;
        readonly name: string;
        readonly nameAt: Range;
        readonly optional: boolean;
      }
    | { readonly type: 'Index'; readonly object: Expression; readonly index: Expression }
    | {
        readonly type: 'Slice';
        readonly lower: Expression | null;
        readonly upper: Expression | null;
        readonly step: Expression | null;
      }
    /** `isNew`: JavaScript's `new`. */
    | {
        readonly type: 'Call';
        readonly callee: Expression;
        readonly arguments: readonly Argument[];
        readonly isNew: boolean;
      }
    /** Python's spelling for both languages: `+ - * / // % ** @ & | ^ << >>`. */
    | { readonly type: 'Binary'; readonly operator: string; readonly left: Expression; readonly right: Expression }
    | { readonly type: 'Unary'; readonly operator: '-' | '+' | 'not' | '~'; readonly operand: Expression }
    /** `and`, `or` (`&&`, `||`), `??`. */
    | {
        readonly type: 'Logical';
        readonly operator: 'and' | 'or' | '??';
        readonly left: Expression;
        readonly right: Expression;
      }
    /** `a < b < c`; operators `== != < <= > >= is isNot in notIn instanceof`; JavaScript's `===` is `==`. */
    | {
        readonly type: 'Compare';
        readonly first: Expression;
        readonly rest: readonly { readonly operator: string; readonly operand: Expression }[];
      }
    | {
        readonly type: 'Conditional';
        readonly test: Expression;
        readonly consequent: Expression;
        readonly alternate: Expression;
      }
    /** Lambdas, arrow functions, function expressions. */
    | { readonly type: 'Lambda'; readonly function: FunctionNode }
    | { readonly type: 'List'; readonly items: readonly Expression[] }
    | { readonly type: 'Tuple'; readonly items: readonly Expression[] }
    | { readonly type: 'Set'; readonly items: readonly Expression[] }
    /** Python dictionaries and JavaScript objects; `key: null` spreads the value. */
    | {
        readonly type: 'Dict';
        readonly entries: readonly { readonly key: Expression | null; readonly value: Expression }[];
      }
    | {
        readonly type: 'Comprehension';
        readonly result: 'list' | 'set' | 'generator' | 'dict';
        readonly element: Expression;
        readonly value: Expression | null;
        readonly clauses: readonly ComprehensionClause[];
      }
    /** `*x`, `...x` in lists, calls and targets. */
    | { readonly type: 'Star'; readonly value: Expression }
    | { readonly type: 'Walrus'; readonly target: Expression; readonly value: Expression }
    | { readonly type: 'Await'; readonly value: Expression }
    | { readonly type: 'Yield'; readonly value: Expression | null; readonly from: boolean }
    | { readonly type: 'ClassExpression'; readonly class: Extract<Statement, { type: 'Class' }> }
    | { readonly type: 'Unknown' }
  );

export interface Argument extends Range {
  /** Keyword argument's name. */
  readonly name: string | null;
  readonly value: Expression;
  /** `*args`, `...args` or `**kwargs`. */
  readonly spread: 'positional' | 'keyword' | null;
}

export interface ComprehensionClause {
  readonly target: Expression;
  readonly iterable: Expression;
  readonly conditions: readonly Expression[];
}

export interface FunctionParameter extends Range {
  /**
   * A `Name`, or in JavaScript a pattern: a `List` (a hole is `Unknown`) or `Dict` of names and patterns; `Star` or a null
   * key takes the rest, a `Walrus` is a target with its default.
   */
  readonly target: Expression;
  readonly annotation: Expression | null;
  readonly default: Expression | null;
  readonly kind: 'positionalOnly' | 'normal' | 'rest' | 'keywordOnly' | 'keywordRest';
}

export interface FunctionNode extends Range {
  readonly name: string | null;
  readonly nameAt: Range | null;
  readonly parameters: readonly FunctionParameter[];
  readonly body: readonly Statement[];
  readonly decorators: readonly Expression[];
  readonly isAsync: boolean;
  /** JavaScript: arrow functions keep the outer `this`. */
  readonly isArrow: boolean;
  readonly isStatic: boolean;
  readonly accessor: 'get' | 'set' | null;
}

export type Statement = Range &
  (
    | { readonly type: 'Expression'; readonly value: Expression }
    /**
     * `a = b = value`; several targets, each a Name, Attribute, Index, Tuple/List or Star, in JavaScript also a pattern (see
     * FunctionParameter). Annotated ones may lack a value. `declares`: a name is bound in the scope of the statement (Python
     * always, JavaScript's `const`, `let`, `var`); otherwise in the nearest scope that has it.
     */
    | {
        readonly type: 'Assign';
        readonly targets: readonly Expression[];
        readonly value: Expression | null;
        readonly annotation: Expression | null;
        readonly isConst: boolean;
        readonly declares: boolean;
      }
    | {
        readonly type: 'AugmentedAssign';
        readonly target: Expression;
        readonly operator: string;
        readonly value: Expression;
      }
    | {
        readonly type: 'If';
        readonly test: Expression;
        readonly body: readonly Statement[];
        readonly orElse: readonly Statement[];
      }
    | {
        readonly type: 'For';
        readonly target: Expression;
        readonly iterable: Expression;
        readonly body: readonly Statement[];
        readonly orElse: readonly Statement[];
      }
    /** JavaScript's three-part loop is lowered to `initializer; While`, with `update` after each round (also after `continue`). */
    | {
        readonly type: 'While';
        readonly test: Expression;
        readonly body: readonly Statement[];
        readonly orElse: readonly Statement[];
        readonly update: Expression | Statement | null;
      }
    | { readonly type: 'Function'; readonly function: FunctionNode }
    | {
        readonly type: 'Class';
        readonly name: string;
        readonly nameAt: Range;
        readonly bases: readonly Argument[];
        readonly body: readonly Statement[];
        readonly decorators: readonly Expression[];
      }
    | { readonly type: 'Return'; readonly value: Expression | null }
    | {
        readonly type: 'With';
        readonly items: readonly { readonly context: Expression; readonly target: Expression | null }[];
        readonly body: readonly Statement[];
      }
    | {
        readonly type: 'Try';
        readonly body: readonly Statement[];
        readonly handlers: readonly {
          readonly type: Expression | null;
          readonly name: string | null;
          readonly body: readonly Statement[];
        }[];
        readonly orElse: readonly Statement[];
        readonly finally: readonly Statement[];
      }
    /** `import a.b as c`; JavaScript's `import * as tf from '…'` and `require('…')` assignments. */
    | { readonly type: 'Import'; readonly module: string; readonly alias: string | null }
    /** `from ..a import b as c`, `import {b as c} from 'a'`; name `*` takes all, `default` is JavaScript's default export. `level` counts leading dots. */
    | {
        readonly type: 'ImportFrom';
        readonly module: string;
        readonly level: number;
        readonly names: readonly { readonly name: string; readonly alias: string | null }[];
      }
    | { readonly type: 'Raise'; readonly exception: Expression | null }
    | { readonly type: 'Delete'; readonly targets: readonly Expression[] }
    | { readonly type: 'Scope'; readonly kind: 'global' | 'nonlocal'; readonly names: readonly string[] }
    | { readonly type: 'Block'; readonly body: readonly Statement[] }
    | { readonly type: 'Assert'; readonly test: Expression }
    | {
        readonly type: 'Match';
        readonly subject: Expression;
        readonly cases: readonly {
          readonly pattern: Expression;
          readonly guard: Expression | null;
          readonly body: readonly Statement[];
        }[];
      }
    | { readonly type: 'Break' }
    | { readonly type: 'Continue' }
    | { readonly type: 'Pass' }
  );

export type Language = 'python' | 'javascript';

export interface Module {
  readonly language: Language;
  readonly body: readonly Statement[];
  /** Ranges that could not be parsed. */
  readonly errors: readonly Range[];
  /** Where its top-level statements begin, ascending, each with its text; the first begins at 0. Only where they are read one by one. */
  readonly pieces?: readonly { readonly start: number; readonly text: string }[];
}
