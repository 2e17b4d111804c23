import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { createFrameworks } from '../../server/frameworks/all.ts';
import { createAnalyzer } from '../../server/workspace/analyzer.ts';
import { createDiskWorkspace } from '../../server/workspace/disk.ts';
import { random } from '../random.ts';
import { breakings } from './breakings.ts';
import { breakLine } from './definitions.ts';
import { hostileNotebooks, hostilePrograms, internalErrors, runHostile, runHostileNotebook } from './hostile.ts';
import { filesOf, packages, read, sample } from './sources.ts';

/* A seeded part of what `npm run fuzz` does to everything that is installed. */

const library = 'torchvision (Debian)';

describe('real files', () => {
  it('are read without an exception', { timeout: 120_000 }, () => {
    const folder = path.dirname(packages[library] ?? '/');
    const workspace = createDiskWorkspace({ roots: [folder], searchPaths: [folder] });
    const analyzer = createAnalyzer(workspace, createFrameworks());
    const files = sample(filesOf(library), 16, random(1));
    expect(files.length).toBe(16);
    for (const file of files) expect(internalErrors(analyzer.analyze(file)), file).toEqual([]);
  });

  it.each(Object.keys(breakings))('keep their other classes and functions with %s', { timeout: 60_000 }, (way) => {
    const draw = random(2);
    for (const file of sample(filesOf(library), 6, draw)) {
      const { lost, line, others } = breakLine(read(file), way, draw(), draw());
      expect(lost, `${file}:${line + 1}, of ${others}`).toEqual([]);
    }
  });
});

describe('hostile code', () => {
  it.each(Object.entries(hostilePrograms))('hides no model before it: %s', { timeout: 30_000 }, (_, code) => {
    const analysis = runHostile(code);
    expect(internalErrors(analysis)).toEqual([]);
    expect(analysis.models.map(({ graph }) => graph.name)).toContain('Net');
  });

  it.each(Object.entries(hostileNotebooks))('in a notebook is no exception: %s', { timeout: 30_000 }, (_, json) => {
    expect(internalErrors(runHostileNotebook(json))).toEqual([]);
  });
});
