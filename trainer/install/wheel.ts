import { mkdirSync, mkdtempSync, readdirSync, renameSync, rmSync, symlinkSync } from 'node:fs';
import path from 'node:path';
import process from 'node:process';
import { packageHome, run } from './program.ts';

const requirement = 'tensorflow-cpu==2.21.0';

/**
 * Takes libtensorflow (with its whole C API) and the C headers out of the TensorFlow wheel and lays them where tfjs-node
 * looks for them, `deps/lib` and `deps/include`. pip knows mirrors and proxies, and unpacks for any Python version.
 */
export async function fetchTensorflow(options: {
  readonly directory: string;
  /** Tried first. */
  readonly python: string | undefined;
  log(line: string): void;
}): Promise<void> {
  const { directory } = options;
  if (process.platform !== 'linux') throw new Error('the way by the TensorFlow wheel is known for Linux only');
  const python = await findPip([options.python ?? 'python3', 'python3', '/usr/bin/python3'], directory);
  const deps = path.join(packageHome(directory), 'deps');
  const work = mkdtempSync(path.join(directory, 'wheel-'));
  try {
    await run(python, ['-m', 'pip', 'download', ...pipOptions(), '--dest', work, requirement], directory);
    const wheel = readdirSync(work).find((file) => file.endsWith('.whl'));
    if (wheel === undefined) throw new Error(`pip brought no wheel of ${requirement}`);
    options.log(`Unpacking ${wheel}`);
    await run(python, ['-c', unpack, path.join(work, wheel), work], directory);
    const tensorflow = path.join(work, 'tensorflow');
    mkdirSync(path.join(deps, 'lib'), { recursive: true });
    renameSync(path.join(tensorflow, 'include'), path.join(deps, 'include'));
    for (const file of libraries) renameSync(path.join(tensorflow, file), path.join(deps, 'lib', file));
    for (const [name, target] of Object.entries(links)) symlinkSync(target, path.join(deps, 'lib', name));
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}

/** The first interpreter that has pip. */
async function findPip(candidates: readonly string[], directory: string): Promise<string> {
  for (const python of new Set(candidates)) {
    const found = await run(python, ['-m', 'pip', '--version'], directory).catch(() => null);
    if (found !== null) return python;
  }
  throw new Error('no Python with pip, which brings the TensorFlow wheel, is found');
}

function pipOptions(): readonly string[] {
  const machine = process.arch === 'arm64' ? 'aarch64' : 'x86_64';
  const platforms = ['manylinux_2_27', 'manylinux_2_17', 'manylinux2014'].flatMap((tag) => [
    '--platform',
    `${tag}_${machine}`,
  ]);
  return ['--no-deps', '--only-binary=:all:', '--disable-pip-version-check', '--python-version', '3.12', ...platforms];
}

const libraries = ['libtensorflow_cc.so.2', 'libtensorflow_framework.so.2'];

/** Names that the linker looks for. */
const links = {
  'libtensorflow.so': 'libtensorflow_cc.so.2',
  'libtensorflow.so.2': 'libtensorflow_cc.so.2',
  'libtensorflow_framework.so': 'libtensorflow_framework.so.2',
};

/** The C API's headers and what they include; all of the wheel's headers would be 13,000 files. */
const unpack = `
import sys, zipfile
wheel = zipfile.ZipFile(sys.argv[1])
headers = tuple('tensorflow/include/' + folder for folder in
                ('tensorflow/c/', 'tensorflow/core/platform/', 'xla/tsl/c/', 'tsl/platform/'))
libraries = ('tensorflow/libtensorflow_cc.so.2', 'tensorflow/libtensorflow_framework.so.2')
wheel.extractall(sys.argv[2], [name for name in wheel.namelist() if name.startswith(headers) or name in libraries])
`;
