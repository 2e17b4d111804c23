import type { Expression } from '../syntax/ast.ts';
import type { Frame, Raised } from './machine.ts';

/** Notes the `None`s that a condition asked about under which an exception was raised: the local names in it that hold one. */
export function noteAsked(raised: Raised, condition: Expression, frame: Frame): void {
  for (const name of namesIn(condition)) {
    const value = frame.scope.variables.get(name);
    if (value?.type === 'none') raised.askedAbout.push(value);
  }
}

function namesIn(expression: Expression): readonly string[] {
  switch (expression.type) {
    case 'Name':
      return [expression.name];
    case 'Unary':
      return namesIn(expression.operand);
    case 'Binary':
    case 'Logical':
      return [expression.left, expression.right].flatMap(namesIn);
    case 'Compare':
      return [expression.first, ...expression.rest.map(({ operand }) => operand)].flatMap(namesIn);
    case 'Call':
      return expression.arguments.flatMap(({ value }) => namesIn(value));
    case 'List':
    case 'Tuple':
      return expression.items.flatMap(namesIn);
    default:
      return [];
  }
}
