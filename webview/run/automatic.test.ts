import { describe, expect, it } from 'vitest';
import type { FromTrainer } from '../../core/probe/messages.ts';
import { defaultOptions, type EngineName } from '../../core/probe/request.ts';
import { plainNet, recordedRun } from '../../core/testing/recorded-run.ts';
import { beginAutomatically } from './automatic.ts';
import type { Begin, RunRequest } from './engine.ts';

const graph = plainNet(3);
const request: RunRequest = {
  run: 'r',
  graph,
  options: { ...defaultOptions, variants: ['as-written'], steps: 400 },
};

type Speed = number | 'absent';

/** Engines that take so many milliseconds a step; what they are told to do is written down. */
function engines(speeds: Partial<Record<EngineName, Speed>>, device = 'a GPU') {
  const log: string[] = [];
  const begin: Begin = async (engine, { run, options }, tell) => {
    const speed = speeds[engine] ?? 'absent';
    log.push(`begin ${engine} ${options.steps}`);
    if (speed === 'absent') return { reason: 'absent' };
    const [ready, ...messages] = recordedRun({ run, graph, variants: options.variants, steps: options.steps });
    let paused = false;
    let stopped = false;
    const say = (message: FromTrainer): void => {
      if (!stopped) tell(message.type === 'variantEnd' ? { ...message, stepsPerSecond: 1000 / speed } : message);
    };
    void (async () => {
      if (ready?.type === 'ready') say({ ...ready, engine, device: engine === 'wasm' ? '1 thread' : device });
      for (const message of messages) {
        while (paused && !stopped) await wait(5);
        if (stopped) return;
        await wait(speed);
        say(message);
      }
    })();
    return {
      run: {
        cancel: () => log.push(`cancel ${engine}`),
        pause: (value) => {
          paused = value;
          log.push(`${value ? 'hold' : 'resume'} ${engine}`);
        },
        stop: () => {
          stopped = true;
          log.push(`stop ${engine}`);
        },
      },
    };
  };
  return { begin, log };
}

function automatic({ begin }: { begin: Begin }, rivals: readonly EngineName[], change: Partial<RunRequest> = {}) {
  const told: FromTrainer[] = [];
  const losers: string[] = [];
  const events: string[] = [];
  const beginning = beginAutomatically({
    request: { ...request, ...change },
    begin,
    tell: (message) => told.push(message),
    rivals,
    trying: (engine) => events.push(`try ${engine}`),
    lost: ({ engine, reason }) => losers.push(`${engine}: ${reason}`),
    restarted: () => events.push('restart'),
  });
  return { told, losers, events, beginning };
}

describe('the automatic choice of an engine', () => {
  it('changes to an engine that is clearly faster on this model, once that one runs', async () => {
    const made = engines({ wasm: 40, webgpu: 2 });
    const { events, losers, told, beginning } = automatic(made, ['webgpu', 'webgl']);
    const { run } = (await beginning) as { run: { stop: () => void } };
    await expect.poll(() => events).toEqual(['try webgpu', 'restart']);
    expect(made.log).toEqual([
      'begin wasm 400',
      'hold wasm',
      'begin webgpu 4',
      'stop webgpu',
      'begin webgpu 400',
      'stop wasm',
    ]);
    expect(losers).toEqual([expect.stringMatching(/^wasm: \d+ ms a step, webgpu is faster$/)]);
    const isGpu = (message: FromTrainer) => message.type === 'ready' && message.engine === 'webgpu';
    expect(told.filter(isGpu)).toHaveLength(1);
    run.stop();
  });

  it('goes on with wasm where the others are slower, absent or software, and says so', async () => {
    const made = engines({ wasm: 25, webgpu: 30 });
    const { losers, beginning } = automatic(made, ['webgpu', 'webgl']);
    const { run } = (await beginning) as { run: { stop: () => void } };
    await expect.poll(() => losers).toEqual(['webgpu: 30 ms a step', 'webgl: absent']);
    expect(made.log.at(-1)).toBe('resume wasm');
    run.stop();

    const soft = engines({ wasm: 25, webgl: 1 }, 'Google SwiftShader');
    const second = automatic(soft, ['webgl']);
    await expect.poll(() => second.losers).toEqual(['webgl: software rendering: Google SwiftShader']);
    ((await second.beginning) as { run: { stop: () => void } }).run.stop();
  });

  it('tries nothing where the run is short', async () => {
    const made = engines({ wasm: 2, webgpu: 0.1 });
    const { losers, told, beginning } = automatic(made, ['webgpu'], { options: { ...request.options, steps: 20 } });
    await beginning;
    await expect.poll(() => told.at(-1)?.type).toBe('done');
    expect(made.log).toEqual(['begin wasm 20']);
    expect(losers).toEqual([expect.stringMatching(/^webgpu: not tried: wasm takes \d+ ms a step, the run is short$/)]);
  });

  it('hands the ladder on where wasm itself cannot start', async () => {
    const { beginning } = automatic(engines({}), ['webgpu']);
    expect(await beginning).toEqual({ reason: 'absent' });
  });

  it('stays paused if it was paused during a trial', async () => {
    const made = engines({ wasm: 25, webgpu: 60 });
    const { events, losers, beginning } = automatic(made, ['webgpu']);
    const { run } = (await beginning) as { run: { pause: (paused: boolean) => void; stop: () => void } };
    await expect.poll(() => events).toEqual(['try webgpu']);
    run.pause(true);
    await expect.poll(() => losers.length).toBe(1);
    expect(made.log).not.toContain('resume wasm');
    run.stop();
  });
});

function wait(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
