/**
 * The trainer as a worker of the panel. It cannot fetch from the webview's own origin, so its first message brings the
 * addresses of the `.wasm` files.
 */
import * as v from 'valibot';
import { initSchema } from '../core/probe/messages.ts';
import '@tensorflow/tfjs-core/dist/register_all_gradients';
import { startCpu } from './engines/cpu.ts';
import { startWasm } from './engines/wasm.ts';
import { startWebgl } from './engines/webgl.ts';
import { startWebgpu } from './engines/webgpu.ts';
import { createSession } from './session.ts';

let wasm: Readonly<Record<string, string>> = {};

const receive = createSession(
  { webgpu: startWebgpu, webgl: startWebgl, wasm: () => startWasm(wasm)(), cpu: startCpu },
  (message) => self.postMessage(message),
);

self.onmessage = ({ data }: MessageEvent<unknown>) => {
  const init = v.safeParse(initSchema, data);
  if (init.success) wasm = init.output.wasm;
  else void receive(data);
};
