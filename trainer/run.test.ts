import '@tensorflow/tfjs-core/dist/register_all_gradients';
import { describe, expect, it } from 'vitest';
import type { ModelGraph } from '../core/graph/graph.ts';
import { normal, xavier } from '../core/initializers/make.ts';
import type { FromTrainer, Start, Step } from '../core/probe/messages.ts';
import { defaultOptions, type ProbeOptions, protocolVersion } from '../core/probe/request.ts';
import { graphBuilder } from '../core/testing/graph-builder.ts';
import { startCpu } from './engines/cpu.ts';
import { type RunControl, runProbe } from './run.ts';

const free: RunControl = { isCancelled: () => false, whenResumed: () => Promise.resolve() };

async function run(
  graph: ModelGraph,
  options: Partial<ProbeOptions> = {},
  control: RunControl = free,
  tell: (message: FromTrainer) => void = () => {},
): Promise<readonly FromTrainer[]> {
  const messages: FromTrainer[] = [];
  const start: Start = {
    version: protocolVersion,
    type: 'start',
    run: 'test',
    engine: 'cpu',
    graph,
    options: { ...defaultOptions, variants: ['as-written'], steps: 4, batch: 8, ...options },
  };
  const emit = (message: FromTrainer) => {
    messages.push(message);
    tell(message);
  };
  await runProbe(start, startCpu, emit, control);
  return messages;
}

function reluNet(depth: number, width = 16): ModelGraph {
  const b = graphBuilder('torch', 'crossEntropy');
  let x = b.input([null, 12]);
  for (let i = 0; i < depth; i++)
    x = b.activation(b.dense(x, width, { name: `fc${i}`, weight: (fans) => xavier('normal', fans) }), 'relu');
  return b.build(b.dense(x, 4, { name: 'head' }));
}

function stepsOf(messages: readonly FromTrainer[]): readonly Step[] {
  return messages.flatMap((message) => (message.type === 'frame' ? message.steps : []));
}

describe('runProbe', () => {
  it('says that it is ready, sends every step once, ends each variant, and is done', async () => {
    const messages = await run(reluNet(2), { variants: ['as-written', 'he'], seeds: 2 });
    expect(messages[0]).toMatchObject({
      type: 'ready',
      engine: 'cpu',
      batch: 8,
      data: expect.stringContaining('teacher'),
    });
    expect(messages.at(-1)).toMatchObject({ type: 'done', cancelled: false });
    expect(messages.filter(({ type }) => type === 'variantEnd')).toHaveLength(4);
    const seen = stepsOf(messages).map(({ variant, seed, step }) => `${step} ${variant} ${seed}`);
    expect(new Set(seen).size).toBe(16);
    expect(seen).toHaveLength(16);
  });

  it('takes step k of all variants before step k + 1 of any', async () => {
    const steps = stepsOf(await run(reluNet(1), { variants: ['as-written', 'he', 'xavier'] })).map(({ step }) => step);
    expect(steps).toEqual([...steps].sort((a, b) => a - b));
  });

  it('gives the same numbers for the same seed, and others for another one', async () => {
    const losses = async () => stepsOf(await run(reluNet(2), { seeds: 2 })).map(({ seed, loss }) => `${seed}: ${loss}`);
    const first = await losses();
    expect(await losses()).toEqual(first);
    const ofSeed = (seed: number) => first.filter((text) => text.startsWith(`${seed}:`)).map((text) => text.slice(3));
    expect(ofSeed(0)).not.toEqual(ofSeed(1));
  });

  it('learns: the loss falls', async () => {
    const steps = stepsOf(await run(reluNet(2, 32), { variants: ['he'], steps: 60, batch: 16, learningRate: 0.1 }));
    expect(steps.at(-1)?.loss ?? 9).toBeLessThan(0.6 * (steps[0]?.loss ?? 0));
  });

  it.each(['momentum', 'adam'] as const)('learns with %s too', async (optimizer) => {
    const learningRate = optimizer === 'adam' ? 0.01 : 0.03;
    const steps = stepsOf(
      await run(reluNet(2, 32), { variants: ['he'], steps: 60, batch: 16, optimizer, learningRate }),
    );
    expect(steps.at(-1)?.loss ?? 9).toBeLessThan(0.6 * (steps[0]?.loss ?? 0));
  });

  it('shows He’s first-layer gradient above Xavier’s in twenty ReLU layers, and zeros as copies of one unit', async () => {
    const steps = stepsOf(await run(reluNet(20, 32), { variants: ['he', 'xavier', 'zeros'], steps: 1 }));
    const metric = (variant: string) => steps.find((step) => step.variant === variant)?.metrics;
    expect(metric('he')?.weightGradientRms[0]).toBeGreaterThan(50 * (metric('xavier')?.weightGradientRms[0] ?? 1));
    expect(metric('zeros')?.unitDiversity[0]).toBe(1 / 32);
    expect(metric('he')?.unitDiversity[0]).toBe(1);
  });

  it('starts LSUV with outputs of unit variance in every layer', async () => {
    const [step] = stepsOf(await run(reluNet(8, 32), { variants: ['lsuv'], steps: 1, batch: 64 }));
    const graph = reluNet(8, 32);
    const dense = graph.layers.filter(({ op }) => op.kind === 'dense' || op.kind === 'activation');
    dense.forEach(({ op }, index) => {
      if (op.kind !== 'dense') return;
      const { activationRms, activationMean } = step?.metrics ?? { activationRms: [], activationMean: [] };
      expect(Math.sqrt((activationRms[index] ?? 0) ** 2 - (activationMean[index] ?? 0) ** 2)).toBeCloseTo(1, 1.5);
    });
  });

  it('trains on given examples', async () => {
    const inputs = Float32Array.from({ length: 20 * 12 }, (_, i) => Math.sin(i));
    const labels = Int32Array.from({ length: 20 }, (_, i) => i % 4);
    const messages = await run(reluNet(1), { data: { kind: 'given', name: 'waves', inputs, labels, count: 20 } });
    expect(messages[0]).toMatchObject({ type: 'ready', data: 'waves, 20 examples' });
    expect(messages.at(-1)?.type).toBe('done');
  });

  it('refuses given examples that do not fit, in words', async () => {
    const data = {
      kind: 'given' as const,
      name: 'short',
      inputs: new Float32Array(30),
      labels: new Int32Array(3),
      count: 3,
    };
    expect(await run(reluNet(1), { data })).toEqual([
      expect.objectContaining({
        type: 'failed',
        kind: 'badRequest',
        message: 'short has 10 values per example, the model takes 12',
      }),
    ]);
  });

  it('ends a variant that breaks down, naming the step and the first layer, and goes on with the others', async () => {
    const wide = graphBuilder('torch', 'meanSquaredError');
    let x = wide.input([null, 12]);
    for (let i = 0; i < 6; i++) x = wide.dense(x, 64, { weight: () => normal(0, 1) });
    const graph = wide.build(x);
    const messages = await run(graph, { variants: ['as-written', 'he'], steps: 12, learningRate: 0.01 });
    const ends = messages.flatMap((message) => (message.type === 'variantEnd' ? [message] : []));
    const broken = ends.find(({ variant }) => variant === 'as-written');
    expect(broken?.diverged?.step).toBeLessThan(11);
    expect(graph.layers.map(({ id }) => id)).toContain(broken?.diverged?.layer);
    expect(messages.at(-1)?.type).toBe('done');
  });

  it('names an op that it does not know, before it trains', async () => {
    const b = graphBuilder();
    const input = b.input([null, 4]);
    const odd = b.op({ kind: 'unknown', name: 'torch.fft.fft' }, [b.dense(input, 4)], {
      name: 'odd',
      shape: [null, 4],
    });
    expect(await run(b.build(odd))).toEqual([
      expect.objectContaining({
        type: 'failed',
        kind: 'unsupportedOp',
        message: 'odd: torch.fft.fft is not known, so it cannot be rebuilt',
        layer: odd,
      }),
    ]);
  });

  it('names a layer that does not fit its input, before it trains', async () => {
    const messages = await run(reluNet(1), { inputShapes: [[9]] });
    expect(messages).toHaveLength(1);
    expect(messages[0]).toMatchObject({
      type: 'failed',
      kind: 'badShape',
      layer: 1,
      message: expect.stringContaining('12'),
    });
  });

  it('stops between two steps when it is cancelled', async () => {
    let cancelled = false;
    const control = { ...free, isCancelled: () => cancelled };
    const messages = await run(reluNet(1), { steps: 10_000 }, control, ({ type }) => {
      if (type === 'frame') cancelled = true;
    });
    expect(messages.at(-1)).toMatchObject({ type: 'done', cancelled: true });
    expect(stepsOf(messages).length).toBeLessThan(10_000);
  });

  it('fails with the engine’s own reason where it does not start', async () => {
    const messages: FromTrainer[] = [];
    const start: Start = {
      version: protocolVersion,
      type: 'start',
      run: 'test',
      engine: 'cpu',
      graph: reluNet(1),
      options: defaultOptions,
    };
    await runProbe(
      start,
      () => Promise.reject(new Error('no such device')),
      (message) => void messages.push(message),
      free,
    );
    expect(messages).toEqual([
      expect.objectContaining({ type: 'failed', message: expect.stringContaining('no such device') }),
    ]);
  });
});
