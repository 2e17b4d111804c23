import type { Statement } from './ast.ts';

/** How many classes and functions are defined, methods included: by this, two readings of broken text are compared. */
export function countDefinitions(body: readonly Statement[]): number {
  let count = 0;
  for (const statement of body) {
    if (statement.type === 'Class') count += 1 + countDefinitions(statement.body);
    else if (statement.type === 'Function') count += 1 + countDefinitions(statement.function.body);
    else if (statement.type === 'If' || statement.type === 'Try') count += countDefinitions(statement.body);
    else if (statement.type === 'Assign' && statement.value?.type === 'Lambda')
      count += 1 + countDefinitions(statement.value.function.body);
  }
  return count;
}
