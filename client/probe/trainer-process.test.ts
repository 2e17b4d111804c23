import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import process from 'node:process';
import { afterAll, describe, expect, it } from 'vitest';
import type { ModelGraph } from '../../core/graph/graph.ts';
import type { FromTrainer, Start } from '../../core/probe/messages.ts';
import { defaultOptions } from '../../core/probe/request.ts';
import { startTrainer } from './trainer-process.ts';

const folder = mkdtempSync(path.join(tmpdir(), 'initscope-trainer-'));
afterAll(() => rmSync(folder, { recursive: true }));

const at = { path: '/net.py', start: 0, end: 1 };
const nothing = { layers: [], parameters: [], inputs: [], outputs: [], notes: [] };
const graph: ModelGraph = { ...nothing, name: 'Net', framework: 'torch', at, nameAt: at, loss: null, complete: true };
const start: Start = { version: 1, type: 'start', run: 'r1', engine: 'tfjs-node', graph, options: defaultOptions };

/** Starts a program that stands in for the trainer, and gathers what comes until the run has ended. */
function run(program: string) {
  const script = path.join(folder, `${Math.random().toString(36).slice(2)}.mjs`);
  writeFileSync(script, program);
  const messages: FromTrainer[] = [];
  const log: string[] = [];
  let ended: (messages: readonly FromTrainer[]) => void = () => {};
  const end = new Promise<readonly FromTrainer[]>((resolve) => {
    ended = resolve;
  });
  const trainer = startTrainer(start, {
    script,
    environment: { GREETING: 'hello' },
    onMessage(message) {
      messages.push(message);
      if (message.type === 'done' || message.type === 'failed') setTimeout(() => ended(messages), 200);
    },
    onLog: (text) => log.push(text),
  });
  return { trainer, end, log };
}

const done = `process.send({ version: 1, type: 'done', run: 'r1', cancelled: false })`;

describe('the training process', () => {
  it('gets the request and passes on what it answers', async () => {
    const { end, log } = run(`process.on('message', (message) => {
      console.log(process.env.GREETING + ' ' + message.engine + ' ' + message.graph.name);
      ${done};
    });`);
    expect((await end).map(({ type }) => type)).toEqual(['done']);
    expect(log.join()).toContain('hello tfjs-node Net');
  });

  it('ends in words when it dies, exactly once', async () => {
    const { end } = run(`process.on('message', () => process.kill(process.pid, 'SIGKILL'))`);
    const [failed, ...others] = await end;
    expect(failed).toMatchObject({ type: 'failed', kind: 'workerLost', run: 'r1' });
    expect(JSON.stringify(failed)).toContain('SIGKILL');
    expect(others).toEqual([]);
  });

  it('says when it cannot even start', async () => {
    const { end, log } = run(`import './not-there.mjs'`);
    expect((await end)[0]).toMatchObject({ type: 'failed', kind: 'workerLost' });
    expect(log.join()).toContain('not-there');
  });

  it('drops and logs what is no message', async () => {
    const { end, log } = run(`process.on('message', () => { process.send({ type: 'frame', steps: 3 }); ${done}; })`);
    expect((await end).map(({ type }) => type)).toEqual(['done']);
    expect(log.join()).toContain('unknown');
  });

  it('is ended with its children when it does not listen to a cancellation', async () => {
    const pids = path.join(folder, 'pids');
    const { trainer, end, log } = run(`
      import { spawn } from 'node:child_process';
      import { writeFileSync } from 'node:fs';
      const child = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)'], { stdio: 'ignore' });
      writeFileSync(${JSON.stringify(pids)}, process.pid + ' ' + child.pid);
      process.on('message', () => {});
      console.log('up');`);
    await expect.poll(() => log.join(), { timeout: 10_000 }).toContain('up');
    trainer.cancel();
    expect(await end).toMatchObject([{ type: 'done', cancelled: true }]);
    const alive = () => readFileSync(pids, 'utf8').split(' ').map(Number).filter(isRunning);
    await expect.poll(alive, { timeout: 5000 }).toEqual([]);
  });
});

function isRunning(pid: number): boolean {
  try {
    // A zombie still has a number, but no command line.
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8') !== '';
  } catch {
    if (process.platform === 'linux') return false;
  }
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}
