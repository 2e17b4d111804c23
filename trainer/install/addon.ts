import { mkdirSync } from 'node:fs';
import path from 'node:path';
import process from 'node:process';
import { packageHome, run } from './program.ts';

/** The newest version that tfjs-node 4.22 knows; every Node since 16 has it. */
const nodeApi = 8;

/**
 * Compiles tfjs-node's binding: two C++ files against the Node-API and the C API of TensorFlow. The Node-API is the same in
 * all versions, so its headers from npm do, and neither node-gyp nor the headers of this very Node are needed.
 */
export async function buildAddon(directory: string): Promise<void> {
  const home = packageHome(directory);
  const target = path.join(home, 'lib', `napi-v${nodeApi}`);
  mkdirSync(target, { recursive: true });
  const sources = ['tfjs_backend.cc', 'tfjs_binding.cc'].map((file) => path.join('binding', file));
  const includes = [
    path.join(directory, 'node_modules', 'node-api-headers', 'include'),
    path.join('deps', 'include'),
    '..',
  ];
  await run(
    process.env.CXX ?? 'c++',
    [
      ...['-O2', '-std=c++17', '-shared', '-fPIC', `-DNAPI_VERSION=${nodeApi}`],
      ...includes.map((folder) => `-I${folder}`),
      ...sources,
      ...['-Ldeps/lib', '-ltensorflow', '-ltensorflow_framework', '-Wl,-rpath,$ORIGIN/../../deps/lib'],
      ...['-o', path.join(target, 'tfjs_binding.node')],
    ],
    home,
  );
}
