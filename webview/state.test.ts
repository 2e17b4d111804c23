import { describe, expect, it } from 'vitest';
import type { PanelOpen } from '../core/probe/panel-messages.ts';
import { defaultOptions } from '../core/probe/request.ts';
import { plainNet, recordedRun } from '../core/testing/recorded-run.ts';
import { restore } from './restore.ts';
import { type Action, initialState, type PanelState, reduce, savedPanel, shownStep, shownStepOf } from './state.ts';

const graph = plainNet(3);
const open: PanelOpen = {
  version: 1,
  type: 'open',
  path: 'net.py',
  line: 3,
  graph,
  lines: {},
  findings: [],
  engines: [],
  engine: 'auto',
  options: defaultOptions,
  run: false,
};
const messages = recordedRun({ run: 'r', graph, variants: ['as-written', 'he'], steps: 5 });
const told: readonly Action[] = messages.map((message, k) => ({ type: 'trainer', message, at: 50 * k }));

function stateAfter(...actions: readonly Action[]): PanelState {
  return actions.reduce(reduce, initialState);
}

describe('the state of the panel', () => {
  it('runs from start to done', () => {
    const started = stateAfter({ type: 'open', open }, { type: 'started', run: 'r' });
    expect(started.running).toBe(true);
    const ended = told.reduce(reduce, started);
    expect(ended.running).toBe(false);
    expect(ended.recording?.variants.map((one) => one.steps.length)).toEqual([5, 5]);
  });

  it('follows the latest step until one is chosen, and never shows one that has not come', () => {
    const halfway = told.slice(0, 4).reduce(reduce, stateAfter({ type: 'open', open }, { type: 'started', run: 'r' }));
    expect(shownStep(halfway)).toBe(2);
    const chosen = reduce(halfway, { type: 'select', selection: { step: 1 } });
    expect(shownStep(told.slice(4).reduce(reduce, chosen))).toBe(1);
    expect(shownStep(reduce(halfway, { type: 'select', selection: { step: 40 } }))).toBe(2);
    expect(shownStep(initialState)).toBe(-1);
  });

  it('shows the last finite step of a variant that diverged, unless a step is chosen', () => {
    const end = messages.find((message) => message.type === 'variantEnd' && message.variant === 'he');
    if (end?.type !== 'variantEnd') throw new Error('no end');
    const diverged: Action = { type: 'trainer', at: 0, message: { ...end, diverged: { step: 3, layer: null } } };
    const state = [...told.slice(0, -1), diverged].reduce(
      reduce,
      stateAfter({ type: 'open', open }, { type: 'started', run: 'r' }),
    );
    expect([shownStepOf(state, 'he'), shownStepOf(state, 'as-written')]).toEqual([2, 4]);
    expect(shownStepOf(reduce(state, { type: 'select', selection: { step: 4 } }), 'he')).toBe(4);
  });

  it('takes no message of a run that is over or was never started', () => {
    const other = stateAfter({ type: 'open', open }, { type: 'started', run: 'other' });
    expect(told.reduce(reduce, other)).toBe(other);
    expect(told.reduce(reduce, initialState)).toBe(initialState);
  });

  it('keeps the run when the same model is opened again, and drops it for another one', () => {
    const ended = [{ type: 'open', open }, { type: 'started', run: 'r' }, ...told].reduce<PanelState>(
      (state, action) => reduce(state, action as Action),
      initialState,
    );
    expect(reduce(ended, { type: 'open', open }).recording).toBe(ended.recording);
    const renamed = { ...open, graph: { ...graph, name: 'Other' } };
    expect(reduce(ended, { type: 'open', open: renamed }).recording).toBeNull();
    expect(reduce(ended, { type: 'open', open: { ...open, path: 'other.py' } }).recording).toBeNull();
  });

  it('keeps what was measured when the worker is lost', () => {
    const halfway = told.slice(0, 4).reduce(reduce, stateAfter({ type: 'open', open }, { type: 'started', run: 'r' }));
    const lost = reduce(halfway, {
      type: 'trainer',
      at: 0,
      message: {
        version: 1,
        type: 'failed',
        run: 'r',
        kind: 'workerLost',
        message: 'gone',
        hint: null,
        layer: null,
      },
    });
    expect(lost.running).toBe(false);
    expect(lost.recording?.failed?.message).toBe('gone');
    expect(lost.recording?.variants[0]?.steps).toHaveLength(3);
  });

  it('cannot be paused while nothing runs', () => {
    expect(stateAfter({ type: 'paused', paused: true }).paused).toBe(false);
  });
});

describe('a saved panel', () => {
  const ended = [...told].reduce(reduce, stateAfter({ type: 'open', open }, { type: 'started', run: 'r' }));

  it('comes back as it was, after a trip through JSON', () => {
    const selected = reduce(ended, { type: 'select', selection: { layer: 1, step: 2, metric: 'activationRms' } });
    const actions = restore(JSON.parse(JSON.stringify(savedPanel(selected))));
    const back = actions.reduce(reduce, initialState);
    expect(back.recording).toEqual(selected.recording);
    expect(back.selection).toEqual(selected.selection);
    expect(back.running).toBe(false);
  });

  it('of a run that was cut short does not seem to be running', () => {
    const halfway = told.slice(0, 3).reduce(reduce, stateAfter({ type: 'open', open }, { type: 'started', run: 'r' }));
    const back = restore(JSON.parse(JSON.stringify(savedPanel(halfway)))).reduce(reduce, initialState);
    expect(back.running).toBe(false);
    expect(back.recording?.variants[0]?.steps).toHaveLength(2);
  });

  it('that is none, or of another version, brings nothing', () => {
    expect(restore(null)).toEqual([]);
    expect(restore({ open: { ...open, version: 99 }, messages: [] })).toEqual([]);
  });
});
