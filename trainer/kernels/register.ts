import * as tf from '@tensorflow/tfjs-core';
import { conv2DBackpropFilter, conv2DBackpropInput } from './convolution-gradients.ts';
import { depthwiseBackpropFilter, depthwiseBackpropInput } from './depthwise-gradients.ts';
import { transposedFirst } from './matmul.ts';
import { maxPoolGradient } from './max-pool-gradient.ts';
import { unsortedSegmentSum } from './segment-sum.ts';

let isRegistered = false;

/** Adds the kernels that TensorFlow.js' wasm backend lacks, and replaces those that are wrong or slow there. */
export function registerWasmKernels(): void {
  if (isRegistered) return;
  isRegistered = true;
  const kernels: Readonly<Record<string, tf.KernelFunc>> = {
    Conv2DBackpropFilter: conv2DBackpropFilter,
    Conv2DBackpropInput: conv2DBackpropInput,
    DepthwiseConv2dNativeBackpropFilter: depthwiseBackpropFilter,
    DepthwiseConv2dNativeBackpropInput: depthwiseBackpropInput,
    MaxPoolGrad: maxPoolGradient,
    UnsortedSegmentSum: unsortedSegmentSum,
    BatchMatMul: transposedFirst(original('BatchMatMul')),
  };
  for (const [kernelName, kernelFunc] of Object.entries(kernels)) {
    const old = tf.getKernel(kernelName, 'wasm');
    if (old !== undefined) tf.unregisterKernel(kernelName, 'wasm');
    // A replaced kernel keeps the set-up of the one that it still calls.
    tf.registerKernel({
      kernelName,
      backendName: 'wasm',
      kernelFunc,
      ...(old?.setupFunc ? { setupFunc: old.setupFunc } : {}),
    });
  }
}

function original(kernelName: string): tf.KernelFunc {
  const kernel = tf.getKernel(kernelName, 'wasm');
  if (kernel === undefined) throw new Error(`the wasm backend has no ${kernelName}`);
  return kernel.kernelFunc;
}
