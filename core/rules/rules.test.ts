import { describe, expect, it } from 'vitest';
import type { ModelGraph } from '../graph/graph.ts';
import type { Initializer } from '../graph/initializer.ts';
import { torchFans } from '../initializers/fans.ts';
import { normal, xavier, zeros } from '../initializers/make.ts';
import { propagate } from '../signal/propagate.ts';
import { graphBuilder } from '../testing/graph-builder.ts';
import type { Finding } from './finding.ts';
import { checkFacts, checkGraph, rules } from './registry.ts';
import { defaultThresholds } from './thresholds.ts';
import { supportedFor } from './unsupported-nonlinearity.ts';

const at = { path: 'net.py', start: 10, end: 20 };

/** A plain ReLU net whose hidden weights are written at one place; heads keep the builder's He. */
function plainNet(depth: number, weight: () => Initializer): ModelGraph {
  const b = graphBuilder('torch', 'crossEntropy');
  let x = b.input([null, 64]);
  for (let i = 0; i < depth; i++) x = b.activation(b.dense(x, 64, { name: `layers.${i}`, weight }), 'relu');
  const graph = b.build(b.dense(x, 10, { name: 'head' }));
  const parameters = graph.parameters.map((parameter) => {
    const isOurs = parameter.name.startsWith('layers.') && parameter.role === 'weight';
    return isOurs ? { ...parameter, writes: parameter.writes.map((write) => ({ ...write, at })) } : parameter;
  });
  return { ...graph, parameters };
}

function check(graph: ModelGraph, thresholds = defaultThresholds): readonly Finding[] {
  return checkGraph({ graph, prediction: propagate(graph), facts: [], thresholds });
}

const square = torchFans([64, 64]);

describe('severity follows the predicted effect', () => {
  it.each([
    [1, 'hint'],
    [8, 'hint'],
    [9, 'information'],
    [13, 'information'],
    [14, 'warning'],
    [30, 'warning'],
  ] as const)('of Xavier in %i ReLU layers: %s', (depth, severity) => {
    const [finding, ...others] = check(plainNet(depth, () => xavier('normal', square)));
    expect(others).toEqual([]);
    expect(finding).toMatchObject({ rule: 'xavier-relu', severity, at });
    // One layer keeps half of the variance.
    expect(finding?.effect.signal).toBeCloseTo(2 ** (-depth / 2), 6);
  });

  it('by thresholds that can be set', () => {
    const graph = plainNet(4, () => xavier('normal', square));
    const strict = { ...defaultThresholds, warning: { low: 0.3, high: 3 } };
    expect(check(graph).map(({ severity }) => severity)).toEqual(['hint']);
    expect(check(graph, strict).map(({ severity }) => severity)).toEqual(['warning']);
  });
});

describe('a finding', () => {
  it('names one layer and counts the others, once per place', () => {
    const findings = check(plainNet(5, () => normal(0, 1)));
    expect(findings).toHaveLength(1);
    expect(findings[0]?.message).toContain('(layers.0 and 4 more layers)');
    expect(findings[0]?.message).toContain('A standard deviation of 1 on 64 inputs');
  });

  it('has one preferred remedy', () => {
    for (const weight of [() => normal(0, 1), () => normal(0, 1e-4), zeros, () => xavier('uniform', square)]) {
      for (const finding of check(plainNet(12, weight))) {
        expect(finding.remedies.filter(({ preferred }) => preferred)).toHaveLength(1);
      }
    }
  });
});

describe('a stack of sigmoids', () => {
  it('lets the gradient vanish, and no initializer is offered that would not mend it', () => {
    const b = graphBuilder('torch', 'crossEntropy');
    let x = b.input([null, 64]);
    for (let i = 0; i < 8; i++) x = b.activation(b.dense(x, 64, { weight: () => xavier('normal', square) }), 'sigmoid');
    const graph = b.build(b.dense(x, 10, { name: 'head' }));
    const written = graph.parameters.map((parameter) => ({
      ...parameter,
      writes: parameter.writes.map((write) => ({ ...write, at })),
    }));
    const [finding, ...others] = check({ ...graph, parameters: written });
    expect(others).toEqual([]);
    expect(finding).toMatchObject({ rule: 'vanishing-gradient', severity: 'warning', remedies: [] });
    // Each layer keeps a slope of about 1/4.
    expect(finding?.effect.signal).toBeLessThan(0.27 ** 6);
    expect(finding?.message).toContain('sigmoid');
  });
});

describe('rules are silent', () => {
  it.each([
    ['framework defaults', { origin: 'default' as const }],
    ['writers that are not known', { origin: 'unknown' as const }],
    ['writes to a part', { partial: true }],
    ['writes without a place', { at: null }],
  ])('on %s', (_, change) => {
    const graph = plainNet(20, zeros);
    const parameters = graph.parameters.map((parameter) => ({
      ...parameter,
      writes: parameter.writes.map((write) => ({ ...write, ...change })),
    }));
    expect(check({ ...graph, parameters })).toEqual([]);
  });

  it.each([{ trainable: false }, { overwrittenByUnknown: true }])('on parameters with %o', (change) => {
    const graph = plainNet(20, () => normal(0, 1));
    const parameters = graph.parameters.map((parameter) => ({ ...parameter, ...change }));
    expect(check({ ...graph, parameters })).toEqual([]);
  });
});

describe('facts', () => {
  const fact = { kind: 'unsupportedNonlinearity', at, callee: 'nn.init.kaiming_normal_', name: 'gelu' } as const;

  it('are worded once per place, also outside of models', () => {
    const findings = checkFacts([fact, fact], 'net.py', at);
    expect(findings.map(({ rule, severity }) => [rule, severity])).toEqual([['unsupported-nonlinearity', 'error']]);
    expect(findings[0]?.message).toContain("no gain for 'gelu'");
  });

  it.each([
    ['gelu', 'relu'],
    ['SiLU', 'relu'],
    ['leaky-relu', 'leaky_relu'],
    ['LReLU', 'leaky_relu'],
    ['sigmoidd', 'sigmoid'],
    ['softsign', 'tanh'],
    ['conv_2d', 'conv2d'],
    ['anything else', 'relu'],
  ])('the nearest name to %s is %s', (name, nearest) => {
    expect(supportedFor(name)[0]).toBe(nearest);
  });
});

it('ids are kebab-case and unique, titles one line', () => {
  expect(new Set(rules.map(({ id }) => id)).size).toBe(rules.length);
  for (const { id, title } of rules) {
    expect(id).toMatch(/^[a-z]+(-[a-z]+)*$/);
    expect(title).toMatch(/^\S.{10,90}\S$/);
  }
});
