import { describe, expect, it } from 'vitest';
import { type Finding, noEffect, type Severity } from '../../core/rules/finding.ts';
import { applyConfiguration, findConfiguration, noConfiguration, parseConfiguration } from './configuration.ts';

function finding(rule: string, severity: Severity): Finding {
  const at = { path: '/net.py', start: 0, end: 1 };
  const nowhere = { model: 'Net', layer: null, parameter: null, related: [], remedies: [] };
  return { rule, severity, message: '', at, effect: noEffect, ...nowhere };
}

describe('findConfiguration', () => {
  const files = (contents: Record<string, string>) => (path: string) => contents[path] ?? null;

  it('takes the nearest file that speaks of Initscope', () => {
    const read = files({
      '/repo/pyproject.toml': '[tool.initscope]\nsearchPaths = ["lib"]\n',
      '/repo/part/pyproject.toml': '[tool.ruff]\nline-length = 100\n',
    });
    const found = findConfiguration('/repo/part/deep', read);
    expect(found?.path).toBe('/repo/pyproject.toml');
    expect(found?.configuration.searchPaths).toEqual(['/repo/lib']);
  });

  it('reads rules and the minimum from TOML tables and from dotted JSON keys alike', () => {
    const toml = '[tool.initscope]\ndiagnostics.minSeverity = "warning"\n[tool.initscope.rules]\nxavier-relu = "off"\n';
    const json = '{"initscope": {"diagnostics.minSeverity": "warning", "rules": {"xavier-relu": "off"}}}';
    const expected = { minSeverity: 'warning', rules: { 'xavier-relu': 'off' }, searchPaths: [] };
    expect(parseConfiguration('/repo/pyproject.toml', toml)?.configuration).toEqual(expected);
    expect(parseConfiguration('/repo/package.json', json)?.configuration).toEqual(expected);
  });

  it('keeps what is valid and names what is not', () => {
    const found = parseConfiguration(
      '/initscope.json',
      '{"rules": {"zero-init": "loud", "std-too-large": "error"}, "x": 1}',
    );
    expect(found?.configuration.rules).toEqual({ 'std-too-large': 'error' });
    expect(found?.problems).toHaveLength(2);
    expect(found?.problems.join()).toContain('rules.zero-init');
  });

  it('reports a broken file of its own and passes over the broken files of others', () => {
    expect(parseConfiguration('/initscope.json', '{')?.problems).toHaveLength(1);
    expect(parseConfiguration('/package.json', '{')).toBeNull();
    expect(parseConfiguration('/pyproject.toml', '[')).toBeNull();
  });
});

describe('applyConfiguration', () => {
  const findings = [finding('a', 'hint'), finding('b', 'information'), finding('c', 'warning')];
  const shown = (...args: Parameters<typeof applyConfiguration>) =>
    applyConfiguration(...args).map(({ rule, severity }) => `${rule} ${severity}`);

  it('hides hints by default', () => {
    expect(shown(findings, noConfiguration)).toEqual(['b information', 'c warning']);
  });

  it('turns rules off, sets severities, then cuts below the minimum', () => {
    const rules = { a: 'error', c: 'off' } as const;
    expect(shown(findings, { ...noConfiguration, rules })).toEqual(['a error', 'b information']);
    expect(shown(findings, { ...noConfiguration, rules, minSeverity: 'error' })).toEqual(['a error']);
  });
});
