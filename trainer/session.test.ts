import '@tensorflow/tfjs-core/dist/register_all_gradients';
import { describe, expect, it } from 'vitest';
import type { FromTrainer, Start } from '../core/probe/messages.ts';
import { defaultOptions, protocolVersion } from '../core/probe/request.ts';
import { graphBuilder } from '../core/testing/graph-builder.ts';
import { startCpu } from './engines/cpu.ts';
import { createSession } from './session.ts';

function open() {
  const messages: FromTrainer[] = [];
  const waiting: { readonly type: FromTrainer['type']; readonly resolve: () => void }[] = [];
  const send = createSession({ cpu: startCpu }, (message) => {
    messages.push(message);
    for (const one of waiting) if (one.type === message.type) one.resolve();
  });
  const next = (type: FromTrainer['type']) => new Promise<void>((resolve) => void waiting.push({ type, resolve }));
  return { messages, send, next };
}

function request(change: Partial<Start> = {}): Start {
  const b = graphBuilder('torch', 'crossEntropy');
  const graph = b.build(b.dense(b.input([null, 4]), 3));
  const options = { ...defaultOptions, variants: ['he' as const], steps: 10_000 };
  return { version: protocolVersion, type: 'start', run: 'a', engine: 'cpu', graph, options, ...change };
}

describe('createSession', () => {
  it('refuses what is not a request, saying why', async () => {
    const { send, messages } = open();
    await send({ version: 1, type: 'start', run: 'x', engine: 'abacus' });
    await send({ ...request(), version: 2 });
    await send({ ...request(), graph: { layers: [] } });
    await send('hello');
    expect(messages.map(({ type }) => type)).toEqual(['failed', 'failed', 'failed', 'failed']);
    expect(messages[0]).toMatchObject({ kind: 'badRequest', run: 'x', message: expect.stringContaining('engine') });
    expect(messages[2]).toMatchObject({ kind: 'badRequest', message: expect.stringContaining('not a model graph') });
  });

  it('says that an engine is not here', async () => {
    const { send, messages } = open();
    await send(request({ engine: 'webgpu' }));
    expect(messages).toEqual([expect.objectContaining({ type: 'failed', kind: 'engineUnavailable' })]);
  });

  it('refuses a second run while one is under way, and takes it after the first is cancelled', async () => {
    const { send, messages, next } = open();
    const first = send(request());
    await next('frame');
    await send(request({ run: 'b' }));
    expect(messages.at(-1)).toMatchObject({ type: 'failed', run: 'b', message: 'a run is under way' });
    await send({ version: protocolVersion, type: 'cancel', run: 'other' });
    await send({ version: protocolVersion, type: 'cancel', run: 'a' });
    await first;
    expect(messages.at(-1)).toMatchObject({ type: 'done', run: 'a', cancelled: true });
    await send(request({ run: 'c', options: { ...request().options, steps: 1 } }));
    expect(messages.at(-1)).toMatchObject({ type: 'done', run: 'c', cancelled: false });
  });

  it('holds a paused run between two steps until it is resumed or cancelled', async () => {
    const { send, messages, next } = open();
    const running = send(request());
    await next('frame');
    await send({ version: protocolVersion, type: 'pause', run: 'a', paused: true });
    await new Promise((resolve) => setTimeout(resolve, 50));
    const held = messages.length;
    await new Promise((resolve) => setTimeout(resolve, 150));
    expect(messages.length).toBe(held);
    const goesOn = next('frame');
    await send({ version: protocolVersion, type: 'pause', run: 'a', paused: false });
    await goesOn;
    await send({ version: protocolVersion, type: 'pause', run: 'a', paused: true });
    await send({ version: protocolVersion, type: 'cancel', run: 'a' });
    await running;
    expect(messages.at(-1)).toMatchObject({ type: 'done', cancelled: true });
  });
});
