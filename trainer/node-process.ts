/**
 * The trainer as a child process: messages of `core/probe/messages.ts` over Node's IPC (`serialization: 'advanced'`). The
 * `.wasm` files lie beside the bundle; tfjs-node is looked for in `INITSCOPE_TFJS_NODE`.
 */
import path from 'node:path';
import process from 'node:process';
import '@tensorflow/tfjs-core/dist/register_all_gradients';
import { startCpu } from './engines/cpu.ts';
import { startTfjsNode } from './engines/tfjs-node.ts';
import { startWasm } from './engines/wasm.ts';
import { createSession } from './session.ts';

const beside = (file: string) => path.join(import.meta.dirname, file);
const receive = createSession(
  {
    wasm: startWasm({
      'tfjs-backend-wasm.wasm': beside('tfjs-backend-wasm.wasm'),
      'tfjs-backend-wasm-simd.wasm': beside('tfjs-backend-wasm-simd.wasm'),
    }),
    cpu: startCpu,
    'tfjs-node': startTfjsNode(process.env.INITSCOPE_TFJS_NODE ?? null),
  },
  (message) => void process.send?.(message),
);

process.on('message', (raw) => void receive(raw));
// Whoever started this process is gone: nobody will read what it trains.
process.on('disconnect', () => process.exit(0));
