import { describe, expect, it } from 'vitest';
import type { ModelGraph } from '../graph/graph.ts';
import type { Initializer } from '../graph/initializer.ts';
import type { ActivationName } from '../graph/op.ts';
import type { Fans } from '../initializers/fans.ts';
import { constant, he, normal, uniform, unknownInitializer, xavier, zeros } from '../initializers/make.ts';
import { graphBuilder } from '../testing/graph-builder.ts';
import { propagate } from './propagate.ts';
import type { LayerPrediction, Prediction } from './signal.ts';

type Of = (fans: Fans) => Initializer;
const glorot: Of = (fans) => xavier('uniform', fans);
const heNormal: Of = (fans) => he('normal', fans);
const torchDefault: Of = ({ fanIn }) => uniform(-1 / Math.sqrt(fanIn ?? 1), 1 / Math.sqrt(fanIn ?? 1));

function mlp(weight: Of, fn: ActivationName, depth = 10, width = 64): ModelGraph {
  const b = graphBuilder();
  let x = b.input([null, width]);
  for (let i = 0; i < depth; i++) x = b.activation(b.dense(x, width, { weight }), fn);
  return b.build(b.dense(x, 10, { weight: torchDefault }));
}

function at(prediction: Prediction, id: number): LayerPrediction {
  const found = prediction.layers.get(id);
  if (found === undefined) throw new Error(`no layer ${id}`);
  return found;
}

describe('propagate', () => {
  it('keeps the scale under He, halves the second moment per ReLU layer under Xavier, sixths it under the default', () => {
    for (const [weight, gain] of [
      [heNormal, 1],
      [glorot, Math.sqrt(1 / 2)],
      [torchDefault, Math.sqrt(1 / 6)],
    ] as const) {
      const prediction = propagate(mlp(weight, 'relu'));
      for (let layer = 1; layer <= 10; layer++) {
        expect(at(prediction, 2 * layer - 1).gain).toBeCloseTo(gain, 10);
        // After the ReLU: E x^2 is gain^2 per layer, from 1.
        expect(at(prediction, 2 * layer).signal.rms).toBeCloseTo(gain ** layer, 8);
        expect(at(prediction, 2 * layer).relative.signal).toBeCloseTo(gain ** layer, 8);
      }
      // Nine layers and the head, whose default gain is 1/sqrt 3, lie between the first gradient and the last. Under critical
      // weights the logits are large enough for a part of the gradient to follow them.
      const ratio = Math.log10(prediction.gradientRatio ?? 0) - Math.log10(gain ** 9 / Math.sqrt(3));
      expect(Math.abs(ratio)).toBeLessThan(0.05);
      expect(prediction.signalRatio).toBeCloseTo(gain ** 10, 8);
    }
  });

  it('starts from ln C and its gradient: (1 - 1/C) / (C B^2) per logit with a zero head', () => {
    const b = graphBuilder();
    const graph = b.build(b.dense(b.input([null, 16]), 10, { weight: () => zeros() }));
    const prediction = propagate(graph);
    expect(prediction.loss.expected).toBeCloseTo(Math.log(10), 10);
    expect(prediction.loss.uniformGuess).toBeCloseTo(Math.log(10), 10);
    expect(at(prediction, 1).gradient.activationRms).toBeCloseTo(Math.sqrt((1 - 1 / 10) / 10) / 32, 10);
    expect(at(prediction, 0).gradient.activationRms).toBe(0);
  });

  it('knows the gain where the width is not known, and nothing that depends on it', () => {
    const b = graphBuilder();
    const hidden = b.op({ kind: 'dense', inFeatures: 'width', outFeatures: 'width' }, [b.input([null, 'width'])], {
      parameters: { weight: b.parameter('w', 'weight', ['width', 'width'], heNormal({ fanIn: null, fanOut: null })) },
    });
    const graph = b.build(b.activation(hidden, 'relu'));
    const prediction = at(propagate(graph), hidden);
    expect(prediction.gain).toBeCloseTo(1, 10);
    expect(prediction.signal.rms).toBeCloseTo(Math.SQRT2, 10);
    expect(prediction.gradient.weightRms).toBeNull();
  });

  it('ends only the branch of an op or an initializer that it does not know', () => {
    const b = graphBuilder();
    const x = b.input([null, 16]);
    const odd = b.op({ kind: 'unknown', name: 'foo' }, [x], { shape: [null, 16] });
    const loaded = b.dense(x, 16, { weight: () => unknownInitializer() });
    const plain = b.dense(x, 16);
    const graph = b.build(b.add(odd, plain), loaded, plain);
    const prediction = propagate(graph);
    expect(at(prediction, odd).signal.rms).toBeNull();
    expect(at(prediction, loaded).signal.rms).toBeNull();
    expect(at(prediction, loaded).relative.signal).toBeNull();
    expect(at(prediction, plain).signal.rms).toBeCloseTo(Math.SQRT2, 10);
  });

  it('says nothing of sums that are none of independent tensors, nor of means over what lies in front of the batch', () => {
    const b = graphBuilder();
    const map = b.conv(b.input([null, 3, 8, 8]), 8, 3, { padding: 1 });
    const around = {
      kernel: [3, 3],
      stride: [1, 1],
      padding: [
        [1, 1],
        [1, 1],
      ],
      ceilMode: false,
    } as const;
    const means = b.op({ kind: 'averagePool', rank: 2, ...around, layout: 'channelsFirst', countIncludePad: false }, [
      map,
    ]);
    const against = b.op({ kind: 'subtract' }, [means, map]);
    const stacked = b.op({ kind: 'reduce', fn: 'mean', axes: [0], keepDims: false }, [map]);
    const prediction = propagate(b.build(against));
    expect(at(prediction, means).signal.rms).toBeGreaterThan(0);
    expect(at(prediction, against).signal.rms).toBeNull();
    expect(at(prediction, stacked).signal.rms).toBeNull();
  });

  it('sees constant weights collapse to one unit, and what they pass under softmax: nothing', () => {
    const b = graphBuilder();
    const x = b.activation(b.dense(b.input([null, 16]), 32, { weight: () => constant(0.1) }), 'tanh');
    const graph = b.build(b.dense(x, 10, { weight: () => constant(0.1) }));
    const prediction = propagate(graph);
    expect(at(prediction, 1).unitDiversity).toBeCloseTo(1 / 32, 12);
    // The gradients of a softmax sum to zero over classes; equal weights take their sum.
    expect(at(prediction, 2).gradient.activationRms).toBeLessThan(1e-8);
    expect(prediction.loss.expected).toBeCloseTo(Math.log(10), 6);
  });

  it('finds no gradient for ever around zeros before ReLU', () => {
    const graph = mlp(() => zeros(), 'relu', 2);
    const prediction = propagate(graph);
    expect(prediction.deadParameters.size).toBe(5);
    expect(at(prediction, 1).relative.signal).toBe(0);
    expect(at(prediction, 2).signal.deadFraction).toBe(1);
  });

  it('counts saturated tanh units: P(|x| > 2.18) for |f| slopes below 0.05', () => {
    const prediction = propagate(mlp(({ fanIn }) => normal(0, 4 / Math.sqrt(fanIn ?? 1)), 'tanh', 1));
    // sech^2 x < 0.05 beyond acosh(sqrt 20) = 2.1783; x ~ N(0, 16): 2 (1 - Phi(0.54456)) = 0.5861.
    expect(at(prediction, 2).signal.saturatedFraction).toBeCloseTo(0.586, 2);
  });

  it('counts ReLU units that a negative bias keeps at zero over the whole batch', () => {
    const b = graphBuilder();
    const fc = b.dense(b.input([null, 64]), 64, {
      weight: ({ fanIn }) => normal(0, 1 / Math.sqrt(fanIn ?? 1)),
      bias: () => constant(-2),
    });
    const graph = b.build(b.activation(fc, 'relu'));
    // Phi(2)^32 = 0.97725^32.
    expect(at(propagate(graph), 2).signal.deadFraction).toBeCloseTo(0.97725 ** 32, 3);
  });

  it('is the same for the second batch size but for what depends on it', () => {
    const graph = mlp(heNormal, 'relu', 3);
    const [small, large] = [propagate(graph, { batch: 8 }), propagate(graph, { batch: 64 })];
    expect(at(small, 3).signal).toMatchObject({ rms: at(large, 3).signal.rms });
    expect((at(small, 1).gradient.activationRms ?? 0) / (at(large, 1).gradient.activationRms ?? 1)).toBeCloseTo(8, 6);
  });

  it('follows a ReLU network on after its biases have hidden the input: 60 layers as PyTorch draws them', () => {
    const b = graphBuilder();
    let x = b.input([null, 256]);
    for (let i = 0; i < 60; i++)
      x = b.activation(b.dense(x, 256, { weight: torchDefault, bias: torchDefault }), 'relu');
    const prediction = propagate(b.build(b.dense(x, 10, { weight: torchDefault, bias: torchDefault })));
    for (const { signal, gradient } of prediction.layers.values()) {
      expect(signal.rms).toBeGreaterThan(0.01);
      expect(gradient.activationRms).toBeGreaterThan(0);
    }
  });

  it('never leaves the finite numbers, however large the weights', () => {
    const prediction = propagate(mlp(() => normal(0, 1e30), 'relu', 8));
    for (const { signal, gradient } of prediction.layers.values()) {
      for (const value of [signal.rms, signal.inputStd, gradient.activationRms, gradient.weightRms]) {
        expect(value === null || Number.isFinite(value)).toBe(true);
      }
    }
  });

  it('goes back, and through the critical graph, for who asks only, and says the same whenever that is', () => {
    const graph = mlp(glorot, 'tanh', 3);
    let walked = 0;
    const checkpoint = () => {
      walked++;
    };
    const prediction = propagate(graph, { checkpoint });
    const forward = walked;
    expect(at(prediction, 3).gain).not.toBeNull();
    expect(walked).toBe(forward);
    const early = at(prediction, 3).relative;
    // Forward through the critical graph, and back through both.
    expect(walked).toBe(forward + 3 * graph.layers.length);
    const late = propagate({ ...graph });
    propagate(mlp(heNormal, 'relu'));
    expect(at(late, 3).relative).toEqual(early);
    expect(at(late, 3).gradient).toEqual(at(prediction, 3).gradient);
  });
});
