import { describe, expect, it } from 'vitest';
import { stepsPerSecond, withSteps } from '../rate.ts';
import { ladder } from './ladder.ts';

const offer = (available: boolean) =>
  [{ engine: 'tfjs-node', available, reason: available ? null : 'Not installed.', remote: false }] as const;

describe('the ladder of engines', () => {
  it('tries the fastest first and ends at the one that is always there', () => {
    expect(ladder('auto', [...offer(true)], true).candidates).toEqual(['webgpu', 'webgl', 'tfjs-node', 'wasm']);
  });

  it('passes over what the host has not, with its reason', () => {
    const { candidates, skipped } = ladder('auto', [...offer(false)], true);
    expect(candidates).toEqual(['webgpu', 'webgl', 'wasm']);
    expect(skipped).toEqual([{ engine: 'tfjs-node', reason: 'Not installed.' }]);
  });

  it('has no engine of the page where the page has no worker', () => {
    expect(ladder('auto', [...offer(true)], false).candidates).toEqual(['tfjs-node']);
    expect(ladder('wasm', [], false)).toEqual({
      candidates: [],
      skipped: [{ engine: 'wasm', reason: 'this page has no training worker' }],
    });
  });

  it('tries only the engine that was chosen; user code runs on request only', () => {
    expect(ladder('webgl', [], true).candidates).toEqual(['webgl']);
    const python = [{ engine: 'python', available: true, reason: null, remote: false }] as const;
    expect(ladder('auto', [...python], true).candidates).not.toContain('python');
    expect(ladder('python', [...python], true).candidates).toEqual(['python']);
  });
});

describe('the rate of steps', () => {
  it('is taken over two seconds', () => {
    let rate = withSteps([], 0, 1);
    expect(stepsPerSecond(rate)).toBe(0);
    for (let at = 50; at <= 5000; at += 50) rate = withSteps(rate, at, 2);
    expect(stepsPerSecond(rate)).toBeCloseTo(40, 6);
    expect(rate.length).toBeLessThanOrEqual(41);
  });
});
