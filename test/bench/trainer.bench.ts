/**
 * What a training step costs, engine by engine, and what measuring adds: `node test/bench/trainer.bench.ts [STEPS]`. Ratios of
 * one run; the machine's load is in the milliseconds, not in them.
 */
import { existsSync } from 'node:fs';
import path from 'node:path';
import process from 'node:process';
import { pathToFileURL } from 'node:url';
import { build } from 'esbuild';

const root = path.resolve(import.meta.dirname, '../..');
const bundle = path.join(root, 'out', 'bench', 'trainer-steps.mjs');
const steps = Number(process.argv.slice(2).find((word) => /^\d+$/.test(word)) ?? 10);

// From source, and as modules: in Node's own resolution TensorFlow.js comes without gradients.
await build({
  entryPoints: [path.join(import.meta.dirname, 'trainer-steps.ts')],
  outfile: bundle,
  bundle: true,
  platform: 'node',
  format: 'esm',
  mainFields: ['module', 'main'],
  external: ['node-fetch'],
  logLevel: 'error',
  banner: {
    js: "import { createRequire as __createRequire } from 'node:module'; const require = __createRequire(import.meta.url); const __dirname = import.meta.dirname; const __filename = import.meta.filename;",
  },
});
const { benchEngines, millisecondsPerStep, nets } = (await import(
  pathToFileURL(bundle).href
)) as typeof import('./trainer-steps.ts');

const tfjsNode = process.env.INITSCOPE_TFJS_NODE ?? path.join(root, 'out', 'tfjs-node');
const engines = benchEngines(path.join(root, 'dist'), existsSync(tfjsNode) ? tfjsNode : null);
for (const net of nets) {
  console.log(net.name);
  let wasm = Number.NaN;
  for (const [name, start] of Object.entries(engines)) {
    const once = (measured: boolean) =>
      millisecondsPerStep(start, net, { steps: name === 'cpu' ? 1 : steps, measured });
    // Measured between two plain runs, the better of which counts: the first one also warms up.
    const before = await once(false);
    const measured = name === 'cpu' ? Number.NaN : await once(true);
    const plain = name === 'cpu' ? before : Math.min(before, await once(false));
    if (name === 'wasm') wasm = plain;
    const share = name === 'cpu' ? 'for comparison' : `measuring ×${(measured / plain).toFixed(2)}`;
    console.log(
      `  ${name.padEnd(10)} ${plain.toFixed(1).padStart(8)} ms per step, ${share}, ×${(plain / wasm).toFixed(2)} of wasm`,
    );
  }
}
