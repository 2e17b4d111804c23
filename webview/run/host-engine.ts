import type { FromTrainer } from '../../core/probe/messages.ts';
import type { Host } from '../host.ts';
import { type Begin, belongsToEngine, type Run, startLimitMs } from './engine.ts';

export interface HostEngine {
  readonly begin: Begin;
  /** What a trainer of the host says. */
  readonly receive: (message: FromTrainer) => void;
}

/** Trains in a child process of the host (`tfjs-node`, `python`). */
export function hostEngine(host: Host): HostEngine {
  const listeners = new Map<string, (message: FromTrainer) => void>();
  const begin: Begin = (engine, { run, options }, tell, limitMs = startLimitMs) =>
    new Promise((resolve) => {
      const cancel = (): void => host.post({ type: 'cancel', run });
      const forget = (): void => {
        clearTimeout(timer);
        listeners.delete(run);
      };
      const timer = setTimeout(() => {
        forget();
        cancel();
        resolve({ reason: `no answer within ${Math.round(limitMs / 1000)} s` });
      }, limitMs);
      const begun: Run = {
        cancel,
        pause: (paused) => host.post({ type: 'pause', run, paused }),
        stop: () => {
          forget();
          cancel();
        },
      };
      let isReady = false;
      listeners.set(run, (message) => {
        const ends = message.type === 'done' || message.type === 'failed';
        if (ends) forget();
        if (message.type === 'failed' && !isReady)
          return resolve(belongsToEngine(message) ? { reason: message.message } : { failed: message });
        if (!isReady) {
          isReady = true;
          clearTimeout(timer);
          resolve({ run: begun });
        }
        tell(message);
      });
      host.post({ type: 'start', run, engine, options });
    });
  return { begin, receive: (message) => listeners.get(message.run)?.(message) };
}
