import { readdirSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { defaultOptions, engineChoices, variantNames } from '../core/probe/request.ts';
import { severities } from '../core/rules/finding.ts';
import { rules } from '../core/rules/registry.ts';
import manifest from '../package.json';

const settings = manifest.contributes.configuration.properties;

describe('the manifest', () => {
  it('has a severity and a page for every rule, and for no other', () => {
    const ids = rules.map(({ id }) => id).sort();
    expect(Object.keys(settings['initscope.rules'].properties).sort()).toEqual(ids);
    const pages = readdirSync(path.join(import.meta.dirname, '../docs/rules')).filter((file) => file !== 'README.md');
    expect(pages.sort()).toEqual(ids.map((id) => `${id}.md`));
  });

  it('offers the choices that the code knows', () => {
    expect(settings['initscope.diagnostics.minSeverity'].enum).toEqual(severities);
    expect(settings['initscope.probe.variants'].items.enum).toEqual(variantNames);
    // `python` comes with native probes.
    expect(settings['initscope.probe.engine'].enum).toEqual(engineChoices.filter((engine) => engine !== 'python'));
  });

  it('has the defaults of a probe', () => {
    for (const key of ['variants', 'steps', 'batch', 'seeds', 'optimizer', 'learningRate'] as const) {
      expect(settings[`initscope.probe.${key}`].default).toEqual(defaultOptions[key]);
    }
  });

  it('describes every setting', () => {
    for (const [name, setting] of Object.entries(settings)) {
      expect(setting.markdownDescription.length, name).toBeGreaterThan(10);
    }
  });
});
