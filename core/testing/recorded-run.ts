import type { ModelGraph } from '../graph/graph.ts';
import { xavier } from '../initializers/make.ts';
import type { FromTrainer, Metrics, Step } from '../probe/messages.ts';
import { protocolVersion, type VariantName } from '../probe/request.ts';
import { graphBuilder } from './graph-builder.ts';

/** For tests of what shows a probe: a plain net of so many dense ReLU layers and a head, Xavier throughout. */
export function plainNet(depth: number, width = 128): ModelGraph {
  const builder = graphBuilder();
  let at = builder.input([null, 64]);
  for (let k = 0; k < depth - 1; k += 1)
    at = builder.activation(
      builder.dense(at, width, { name: `features.${2 * k}`, weight: (fans) => xavier('normal', fans) }),
      'relu',
    );
  return {
    ...builder.build(builder.dense(at, 10, { name: 'head', weight: (fans) => xavier('normal', fans) })),
    name: 'DeepPlainNet',
  };
}

/** Ids of the layers with a weight. */
export function weightLayers(graph: ModelGraph): readonly number[] {
  return graph.layers.filter((layer) => 'weight' in layer.parameters).map((layer) => layer.id);
}

export interface RunShape {
  readonly run: string;
  readonly graph: ModelGraph;
  readonly variants: readonly VariantName[];
  readonly seeds?: number;
  readonly steps: number;
}

/** Messages as a trainer would send them; gradients shrink by √½ per layer on both ways unless the variant is `he`. */
export function recordedRun({ run, graph, variants, seeds = 1, steps }: RunShape): readonly FromTrainer[] {
  const layers = [...weightLayers(graph)];
  const frames = Array.from({ length: steps }, (_, step): FromTrainer => {
    const all = variants.flatMap((variant) =>
      Array.from({ length: seeds }, (_, seed) => recordedStep(variant, seed, step, layers.length)),
    );
    return { version: protocolVersion, type: 'frame', run, steps: all };
  });
  const ends = variants.flatMap((variant) =>
    Array.from(
      { length: seeds },
      (_, seed): FromTrainer => ({
        version: protocolVersion,
        type: 'variantEnd',
        run,
        variant,
        seed,
        steps,
        firstStepMs: 120,
        stepsPerSecond: 44,
        diverged: null,
      }),
    ),
  );
  return [
    {
      version: protocolVersion,
      type: 'ready',
      run,
      engine: 'wasm',
      device: '1 thread, SIMD',
      data: 'teacher classification, 10 classes, seed 0',
      batch: 32,
      layers,
      elapsedMs: 90,
    },
    ...frames,
    ...ends,
    { version: protocolVersion, type: 'done', run, cancelled: false },
  ];
}

function recordedStep(variant: VariantName, seed: number, step: number, depth: number): Step {
  const keep = variant === 'he' ? 1 : Math.SQRT1_2;
  const list = (value: (layer: number) => number | null) => Array.from({ length: depth }, (_, layer) => value(layer));
  const wobble = (layer: number) => 1 + 0.1 * Math.sin(3 * layer + 5 * step + 7 * seed);
  const metrics: Metrics = {
    weightGradientRms: list((layer) => 6e-3 * keep ** (depth - 1) * wobble(layer) * (layer === depth - 1 ? 3 : 1)),
    activationGradientRms: list((layer) => 1e-3 * keep ** (depth - 1 - layer) * wobble(layer)),
    activationRms: list((layer) => keep ** layer * wobble(layer)),
    activationMean: list((layer) => 0.01 * wobble(layer)),
    weightRms: list(() => 0.088),
    updateRatio: list((layer) => 7e-4 * keep ** (depth - 1) * wobble(layer)),
    deadFraction: list((layer) => (layer === depth - 1 ? null : 0.05)),
    saturatedFraction: list(() => null),
    unitDiversity: list(() => 1),
  };
  const speed = variant === 'he' ? 0.02 : 0.0005;
  return {
    variant,
    seed,
    step,
    loss: 2.3 * Math.exp(-speed * step) + 0.02 * Math.sin(step + seed),
    accuracy: 0.1,
    metrics,
  };
}
