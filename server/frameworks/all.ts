import type { Framework } from './framework.ts';
import { keras } from './keras/index.ts';
import { tfjs } from './tfjs/index.ts';
import { torch } from './torch/index.ts';

/** Every framework that the analyzer knows. */
export function createFrameworks(): readonly Framework[] {
  return [torch, keras, tfjs];
}
