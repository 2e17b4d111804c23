import { describe, expect, it } from 'vitest';
import { emptyRecording, record } from '../../core/probe/recording.ts';
import { probeRows } from '../../core/probe/rows.ts';
import { plainNet, recordedRun, weightLayers } from '../../core/testing/recorded-run.ts';
import { groupRows } from './group.ts';
import { tableRows } from './table-rows.ts';

const graph = plainNet(4);
const rows = probeRows(graph, weightLayers(graph));

describe('the groups of the table', () => {
  it('are the modules of the tree; a layer alone stands by itself', () => {
    const groups = groupRows(rows, '');
    expect(groups.map(({ module, rows }) => [module, rows.map(({ layer }) => layer.name)])).toEqual([
      ['features', ['features.0', 'features.2', 'features.4']],
      ['', ['head']],
    ]);
  });

  it('keep the place of each layer in the metrics when filtered', () => {
    expect(groupRows(rows, ' FEATURES.4').flatMap(({ rows }) => rows.map(({ index }) => index))).toEqual([2]);
    expect(groupRows(rows, 'nothing')).toEqual([]);
  });
});

describe('the rows of the table', () => {
  const recording = recordedRun({ run: 'r', graph, variants: ['as-written', 'he'], steps: 3 }).reduce(
    record,
    emptyRecording('r'),
  );
  const context = { graph, recording, variant: 'as-written' as const, expected: null, step: 2 };

  it('show the chosen step of the chosen variant', () => {
    const [first] = tableRows(rows, context);
    expect(first?.signal.text).toBe(String(Number((1 + 0.1 * Math.sin(10)).toPrecision(2))));
    expect(first?.dead.text).toBe('5 %');
    expect(tableRows(rows, { ...context, variant: 'he' })[0]?.initializer).toBe('He');
  });

  it('give a reason for every empty cell', () => {
    for (const row of tableRows(rows, { ...context, recording: null, step: -1 }))
      for (const cell of [row.signal, row.gradient, row.ofCritical, row.diversity, row.update, row.dead])
        expect(cell.text === '–' && cell.title !== '').toBe(true);
  });

  it('say that a weight is frozen', () => {
    const frozen = { ...graph, parameters: graph.parameters.map((one) => ({ ...one, trainable: false })) };
    expect(tableRows(rows, { ...context, graph: frozen, recording: null })[0]?.gradient.title).toBe('frozen');
  });
});
