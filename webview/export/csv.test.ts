import { describe, expect, it } from 'vitest';
import { emptyRecording, record } from '../../core/probe/recording.ts';
import { plainNet, recordedRun, weightLayers } from '../../core/testing/recorded-run.ts';
import { csv } from './csv.ts';
import { element, text, wrapped } from './svg.ts';

const plain = plainNet(2);
const graph = { ...plain, layers: plain.layers.map((layer) => ({ ...layer, name: `a "${layer.name}", quoted` })) };
const recording = recordedRun({ run: 'r', graph, variants: ['he'], steps: 3 }).reduce(record, emptyRecording('r'));
const figures = { activationRms: 1, activationGradientRms: 2, weightGradientRms: 3 };
const first = weightLayers(graph)[0] ?? -1;
const expected = new Map([['he' as const, new Map([[first, { predicted: figures, critical: figures }]])]]);

describe('the table', () => {
  const lines = csv(recording, { graph, lines: { [first]: 12 } }, expected).split('\r\n');
  const header = lines[0]?.split(',') ?? [];
  const value = (line: number, column: string) => lines[line]?.split(',').at(header.indexOf(column) - header.length);

  it('has a row per step and layer under one header', () => {
    expect(lines).toHaveLength(1 + 3 * 2 + 1);
    expect(header.slice(0, 8)).toEqual([
      ...['variant', 'seed', 'step', 'loss', 'accuracy', 'layer', 'line', 'weightGradientRms'],
    ]);
  });

  it('quotes what holds commas and quotes, as RFC 4180 has it', () => {
    expect(lines[1]).toContain(',"a ""features.0"", quoted",12,');
  });

  it('leaves empty what is not known, and predicts step 0 only', () => {
    expect(value(1, 'saturatedFraction')).toBe('');
    expect(value(1, 'predictedWeightGradientRms')).toBe('3');
    expect(value(2, 'predictedWeightGradientRms')).toBe('');
    expect(value(3, 'predictedWeightGradientRms')).toBe('');
    expect(Number(value(1, 'weightRms'))).toBe(0.088);
  });
});

describe('SVG text', () => {
  it('escapes what would be markup', () => {
    expect(text('a < b & "c"', { x: 1 })).toBe('<text x="1">a &lt; b &amp; &quot;c&quot;</text>');
    expect(element('g', { title: '"' }, '<x/>')).toBe('<g title="&quot;"><x/></g>');
  });

  it('is broken between words', () => {
    expect(wrapped('one two three four', 9)).toEqual(['one two', 'three', 'four']);
  });
});
