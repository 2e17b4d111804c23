import { type BackendWasm, setWasmPaths } from '@tensorflow/tfjs-backend-wasm';
import * as tf from '@tensorflow/tfjs-core';
import { registerWasmKernels } from '../kernels/register.ts';
import { tfjsBackend } from '../tfjs/backend.ts';
import type { StartEngine } from './engine.ts';
import { setBackend } from './set-backend.ts';

/** WebAssembly on one thread; `files` says where the `.wasm` files are (absolute: a worker from a blob has no place of its own). */
export function startWasm(files: Readonly<Record<string, string>>): StartEngine {
  return async () => {
    // TensorFlow.js asks for the build with threads too, though it will not run it.
    const simd = files['tfjs-backend-wasm-simd.wasm'];
    setWasmPaths({ ...(simd === undefined ? {} : { 'tfjs-backend-wasm-threaded-simd.wasm': simd }), ...files });
    // Threads need shared memory, which webviews and Node's build of it do not have.
    tf.env().set('WASM_HAS_MULTITHREAD_SUPPORT', false);
    registerWasmKernels();
    await setBackend('wasm');
    const hasSimd = await tf.env().getAsync('WASM_HAS_SIMD_SUPPORT');
    return { name: 'wasm', device: hasSimd ? '1 thread, SIMD' : '1 thread', backend: tfjsBackend('host', view) };
  };
}

/** Without the copy that TensorFlow.js makes. */
function view(x: tf.Tensor): Float32Array {
  const backend = tf.backend() as BackendWasm;
  return backend.typedArrayFromHeap(x) as Float32Array;
}
