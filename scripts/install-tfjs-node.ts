/**
 * `npm run engine:tfjs-node [DIRECTORY]`: installs the tfjs-node engine, into `out/tfjs-node` unless told otherwise. Bundled as
 * `dist/install-tfjs-node.js`, it is what the extension runs after asking.
 */
import path from 'node:path';
import process from 'node:process';
import { parseArgs } from 'node:util';
import { installTfjsNode } from '../trainer/install/tfjs-node.ts';

const { values, positionals } = parseArgs({ options: { python: { type: 'string' } }, allowPositionals: true });
const directory = path.resolve(positionals[0] ?? 'out/tfjs-node');
const began = performance.now();

try {
  await installTfjsNode({
    directory,
    log: (line) => console.log(line),
    ...(values.python === undefined ? {} : { python: values.python }),
  });
  console.log(`${((performance.now() - began) / 1000).toFixed(1)} s`);
} catch (error) {
  console.error(error instanceof Error ? error.message : String(error));
  process.exitCode = 1;
}
