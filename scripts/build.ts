/**
 * Bundles what ships: `dist/client.cjs` (extension host), `dist/server.js` (language server and the `initscope` command),
 * `dist/trainer-node.js` (child process that trains on wasm, cpu or tfjs-node), `dist/trainer-worker.js` (the same in a
 * browser worker) and `dist/webview.js` (the panel). `--watch` keeps building.
 */
import { chmodSync, cpSync, existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { type BuildOptions, build, context } from 'esbuild';

const root = path.resolve(import.meta.dirname, '..');
const dist = path.join(root, 'dist');
const watch = process.argv.includes('--watch');
const production = !process.argv.includes('--development');

const common: BuildOptions = {
  absWorkingDir: root,
  bundle: true,
  minify: production,
  keepNames: false,
  sourcemap: production ? false : 'linked',
  legalComments: 'none',
  logLevel: 'warning',
  define: {
    'process.env.NODE_ENV': JSON.stringify(production ? 'production' : 'development'),
    'process.env.INITSCOPE_VERSION': JSON.stringify(
      JSON.parse(readFileSync(path.join(root, 'package.json'), 'utf8')).version,
    ),
  },
};

/** CommonJS dependencies inside an ES module bundle still call `require` for Node's own modules. */
const nodeModule: BuildOptions = {
  ...common,
  platform: 'node',
  target: 'node20',
  format: 'esm',
  banner: {
    js: "import { createRequire as __createRequire } from 'node:module'; const require = __createRequire(import.meta.url);",
  },
};

const browser: BuildOptions = { ...common, platform: 'browser', target: 'es2022', format: 'esm' };

const bundles: BuildOptions[] = [
  {
    ...common,
    platform: 'node',
    target: 'node20',
    format: 'cjs',
    entryPoints: ['client/extension.ts'],
    outfile: 'dist/client.cjs',
    external: ['vscode'],
  },
  {
    ...nodeModule,
    entryPoints: ['server/cli/main.ts'],
    outfile: 'dist/server.js',
    banner: { js: `#!/usr/bin/env node\n${nodeModule.banner?.js}` },
  },
  {
    ...nodeModule,
    // TensorFlow.js as modules, from which what is not used falls away.
    mainFields: ['module', 'main'],
    // Only asked for where there is no global fetch.
    external: ['node-fetch'],
    entryPoints: ['trainer/node-process.ts'],
    outfile: 'dist/trainer-node.js',
    banner: {
      // What Emscripten's loader of the wasm backend expects in Node.
      js: `${nodeModule.banner?.js} const __dirname = import.meta.dirname; const __filename = import.meta.filename;`,
    },
  },
  { ...nodeModule, entryPoints: ['scripts/install-tfjs-node.ts'], outfile: 'dist/install-tfjs-node.js' },
  { ...browser, entryPoints: ['trainer/browser-worker.ts'], outfile: 'dist/trainer-worker.js' },
  {
    ...browser,
    entryPoints: ['webview/main.tsx'],
    outfile: 'dist/webview.js',
    jsx: 'automatic',
    jsxImportSource: 'preact',
  },
];

const wanted = bundles.filter((bundle) => existsSync(path.join(root, (bundle.entryPoints as string[])[0] ?? '')));

for (const bundle of wanted) rmSync(path.join(root, bundle.outfile ?? ''), { force: true });
mkdirSync(dist, { recursive: true });
copyWasm();
if (watch) {
  for (const bundle of wanted) await (await context(bundle)).watch();
} else {
  await Promise.all(wanted.map((bundle) => build(bundle)));
  // The `initscope` command.
  chmodSync(path.join(dist, 'server.js'), 0o755);
}

function copyWasm(): void {
  const require = createRequire(import.meta.url);
  const from = path.dirname(require.resolve('@tensorflow/tfjs-backend-wasm/dist/tfjs-backend-wasm.wasm'));
  for (const file of ['tfjs-backend-wasm.wasm', 'tfjs-backend-wasm-simd.wasm'])
    cpSync(path.join(from, file), path.join(dist, file));
}
