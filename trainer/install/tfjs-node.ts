import { existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import process from 'node:process';
import { buildAddon } from './addon.ts';
import { packageHome, run } from './program.ts';
import { fetchTensorflow } from './wheel.ts';

export interface InstallOptions {
  /** Gets a `node_modules` of its own; the engine is started with it in `INITSCOPE_TFJS_NODE`. */
  readonly directory: string;
  /** One line of progress. */
  log(line: string): void;
  /** An interpreter with pip, for the way by the TensorFlow wheel. */
  readonly python?: string;
}

const packages = ['@tensorflow/tfjs-node@4.22.0', 'node-api-headers@1.9.0'];

/**
 * Installs `@tensorflow/tfjs-node` into a directory of its own: by the package's own installer, or where its downloads are
 * blocked from the TensorFlow wheel of the Python registry, with the addon built here. Does nothing where it already works.
 */
export async function installTfjsNode(options: InstallOptions): Promise<void> {
  const { directory, log } = options;
  const home = packageHome(directory);
  mkdirSync(directory, { recursive: true });
  if (existsSync(home) && (await works(directory)) === null) {
    log(`tfjs-node already works in ${directory}`);
    return;
  }
  log(`Installing ${packages[0]} into ${directory}`);
  writeFileSync(path.join(directory, 'package.json'), '{ "private": true }\n');
  await run(npm, ['install', '--ignore-scripts', '--no-audit', '--no-fund', ...packages], directory);
  if (!(await tryOwnInstaller(directory, log))) {
    log('The package’s own downloads are not reachable: taking libtensorflow from the TensorFlow wheel (274 MB)');
    rmSync(path.join(home, 'deps'), { recursive: true, force: true });
    await fetchTensorflow({ directory, python: options.python, log });
    log('Building the addon');
    await buildAddon(directory);
    const problem = await works(directory);
    if (problem !== null) throw new Error(`tfjs-node was built but does not run: ${problem}`);
  }
  log(`tfjs-node works in ${directory}`);
}

const npm = process.platform === 'win32' ? 'npm.cmd' : 'npm';

/** Its downloads break off at once where they are blocked; one that only hangs is given up after ten minutes. */
async function tryOwnInstaller(directory: string, log: (line: string) => void): Promise<boolean> {
  try {
    await run(process.execPath, [path.join(packageHome(directory), 'scripts', 'install.js')], packageHome(directory), {
      PATH: [path.join(directory, 'node_modules', '.bin'), process.env.PATH].join(path.delimiter),
    });
  } catch (error) {
    log(`Its own installer failed: ${firstLine(error)}`);
    return false;
  }
  const problem = await works(directory);
  if (problem !== null) log(`Its own installer ended, but the package does not load: ${problem}`);
  return problem === null;
}

/** `null` where a product of matrices comes out right, else what went wrong. */
async function works(directory: string): Promise<string | null> {
  const script = `
    const util = require('node:util');
    util.isNullOrUndefined ??= (value) => value == null;
    const tf = require(${JSON.stringify(packageHome(directory))});
    const [value] = tf.matMul(tf.ones([1, 3]), tf.ones([3, 1])).dataSync();
    if (tf.getBackend() !== 'tensorflow' || value !== 3) throw new Error('wrong result ' + value + ' on ' + tf.getBackend());`;
  try {
    await run(process.execPath, ['-e', script], directory);
    return null;
  } catch (error) {
    return firstLine(error);
  }
}

function firstLine(error: unknown): string {
  return (error instanceof Error ? error.message : String(error)).split('\n')[0] ?? '';
}
