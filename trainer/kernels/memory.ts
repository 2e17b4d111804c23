import type { BackendWasm } from '@tensorflow/tfjs-backend-wasm';
import type * as tf from '@tensorflow/tfjs-core';

/** What our kernels for wasm share: tensors as typed arrays over the backend's memory. */
export interface WasmCall {
  readonly inputs: tf.NamedTensorInfoMap;
  readonly attrs?: tf.NamedAttrMap | undefined;
  readonly backend: unknown;
}

/** Makes the output before any array is looked at: making it may move the memory. */
export function makeOutput({ backend }: WasmCall, shape: readonly number[]): tf.TensorInfo {
  return (backend as BackendWasm).makeOutput([...shape], 'float32');
}

export function floats({ backend }: WasmCall, info: tf.TensorInfo): Float32Array {
  return (backend as BackendWasm).typedArrayFromHeap(info) as Float32Array;
}

export function integers({ backend }: WasmCall, info: tf.TensorInfo): Int32Array {
  return (backend as BackendWasm).typedArrayFromHeap(info) as Int32Array;
}

export function inputOf({ inputs }: WasmCall, name: string): tf.TensorInfo {
  const info = inputs[name];
  if (info === undefined) throw new Error(`the kernel's input ${name} is missing`);
  return info;
}

/** An input as a tensor that operations take; inside a kernel nothing goes onto the tape. */
export function tensorOf(call: WasmCall, name: string): tf.Tensor {
  return inputOf(call, name) as tf.Tensor;
}

export function attributesOf<T>({ attrs }: WasmCall): T {
  return attrs as unknown as T;
}
