import { describe, expect, it, vi } from 'vitest';
import { noEffect } from '../../core/rules/finding.ts';
import { createTypingGuard, type PlacedFinding } from './typing.ts';

function placed(layer: string, line: number, isBroken = false): PlacedFinding {
  const finding = {
    rule: 'std-too-small',
    severity: 'warning',
    message: '',
    at: { path: '/a.py', start: 0, end: 1 },
  } as const;
  const rest = { model: 'Net', layer, parameter: null, effect: noEffect, related: [], remedies: [] };
  return { finding: { ...finding, ...rest }, uri: 'file:///a.py', firstLine: line, lastLine: line, isBroken };
}

describe('the typing guard', () => {
  it('holds back what is new on the line being typed, and only that', () => {
    vi.useFakeTimers();
    const retry = vi.fn();
    const guard = createTypingGuard(() => ({ firstLine: 5, lastLine: 5, time: Date.now() }), retry);
    expect(guard('/a.py', [placed('fc1', 2), placed('fc2', 5)])).toEqual([placed('fc1', 2)]);
    vi.advanceTimersByTime(1000);
    expect(retry).toHaveBeenCalledOnce();
    vi.useRealTimers();
  });

  it('shows it once the typing has paused', () => {
    const edit = { firstLine: 5, lastLine: 5, time: 10_000 };
    const guard = createTypingGuard(
      () => edit,
      () => {},
      () => 11_000,
    );
    expect(guard('/a.py', [placed('fc2', 5)])).toHaveLength(1);
  });

  it('waits longer for a line that cannot be parsed', () => {
    const edit = { firstLine: 5, lastLine: 5, time: 10_000 };
    const guard = createTypingGuard(
      () => edit,
      () => {},
      () => 99_000,
    );
    expect(guard('/a.py', [placed('fc1', 2, true), placed('fc2', 5, true)])).toEqual([placed('fc1', 2, true)]);
  });

  it('keeps what was shown before the line was touched', () => {
    let edited = false;
    const guard = createTypingGuard(
      () => (edited ? { firstLine: 5, lastLine: 5, time: 10_000 } : null),
      () => {},
      () => 10_001,
    );
    expect(guard('/a.py', [placed('fc2', 5)])).toHaveLength(1);
    edited = true;
    expect(guard('/a.py', [placed('fc2', 5)])).toHaveLength(1);
    expect(guard('/a.py', [])).toHaveLength(0);
    expect(guard('/a.py', [placed('fc2', 5)])).toHaveLength(0);
  });
});
