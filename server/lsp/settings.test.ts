import { describe, expect, it } from 'vitest';
import { configurationOf, parseSettings } from './settings.ts';

describe('settings', () => {
  it('have defaults where a client sends none', () => {
    for (const nothing of [null, undefined, {}, 'x', []]) {
      expect(parseSettings(nothing)).toMatchObject({
        enable: true,
        diagnostics: { run: 'onType', minSeverity: 'information' },
        fixAll: { unsafe: false },
      });
    }
  });

  it('keep what is valid beside what is not', () => {
    const settings = parseSettings({
      diagnostics: { run: 'never', minSeverity: 'warning' },
      hover: 3,
      rules: { 'zero-init': 'off', 'std-too-large': 7 },
    });
    expect(settings.diagnostics).toEqual({ run: 'onType', minSeverity: 'warning' });
    expect(settings.hover.enable).toBe(true);
    expect(configurationOf(settings).rules).toEqual({ 'zero-init': 'off' });
  });
});
