import { existsSync } from 'node:fs';
import path from 'node:path';
import type { EngineName } from '../../core/probe/request.ts';
import type { SkippedEngine } from '../../core/probe/summary.ts';
import type { CommandIo } from './io.ts';
import { distFolder } from './trainer-process.ts';

/** Engines to try, best first, and those that are better but not to be had here. */
export interface Ladder {
  readonly engines: readonly EngineName[];
  readonly skipped: readonly SkippedEngine[];
}

/** A named engine or none; `auto`: libtensorflow where it is installed, else wasm, and plain JavaScript behind it. */
export function engineLadder(choice: EngineName | 'auto', io: CommandIo): Ladder {
  if (choice !== 'auto') return { engines: [choice], skipped: [] };
  const browser = ['webgpu', 'webgl'].map((engine) => ({ engine, reason: 'runs in the editor’s panel only' }));
  if (tfjsNodeFolder(io) !== null) return { engines: ['tfjs-node', 'wasm', 'cpu'], skipped: browser };
  const missing = { engine: 'tfjs-node', reason: 'not installed (npm run engine:tfjs-node)' };
  return { engines: ['wasm', 'cpu'], skipped: [...browser, missing] };
}

/** Where tfjs-node is: named by the environment, installed by `npm run engine:tfjs-node`, or a dependency. */
export function tfjsNodeFolder({ env }: CommandIo): string | null {
  const root = path.dirname(distFolder());
  const folders = [env.INITSCOPE_TFJS_NODE ?? '', path.join(root, 'out', 'tfjs-node'), root];
  const builds = (folder: string) => path.join(folder, 'node_modules', '@tensorflow', 'tfjs-node', 'lib');
  return folders.find((folder) => folder !== '' && existsSync(builds(folder))) ?? null;
}
