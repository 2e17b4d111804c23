import type { TargetInitializer } from '../../core/rules/finding.ts';
import type { Fix } from './fix.ts';
import { inFlax } from './flax.ts';
import { inKeras } from './keras.ts';
import { inTfjs } from './tfjs.ts';
import { inTorch } from './torch.ts';
import type { Written } from './written.ts';

/** Writes another initializer where a parameter got its last one, in the framework's words and the user's style. */
export function replaceInitializer(target: TargetInitializer, written: Written, preferred: boolean): readonly Fix[] {
  const replaced = inFramework(target, written);
  if (replaced === null) return [];
  const { edits, name } = replaced;
  return [{ title: initializerTitle(target, name), preferred, safe: false, edits }];
}

/** `Use He initialization (kaiming_normal_)`. */
export function initializerTitle(target: TargetInitializer, detail: string): string {
  return `Use ${titles[target.scheme]} (${detail})`;
}

/** The edits, and the initializer's name in the framework. */
export interface Replacement {
  readonly edits: Fix['edits'];
  readonly name: string;
}

function inFramework(target: TargetInitializer, written: Written): Replacement | null {
  switch (written.framework) {
    case 'torch':
      return inTorch(target, written);
    case 'keras':
      return inKeras(target, written);
    case 'tfjs':
      return inTfjs(target, written);
    case 'flax':
      return inFlax(target, written);
    default:
      return written.framework satisfies never;
  }
}

const titles: Readonly<Record<TargetInitializer['scheme'], string>> = {
  he: 'He initialization',
  xavier: 'Xavier initialization',
  lecun: 'LeCun initialization',
  orthogonal: 'orthogonal initialization',
  normal: 'a smaller normal distribution',
  zeros: 'zeros',
};
