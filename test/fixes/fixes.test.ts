import { describe, expect, it } from 'vitest';
import type { Finding } from '../../core/rules/finding.ts';
import { openSource } from '../../server/fixes/source.ts';
import { readCases } from '../cases/cases.ts';
import { allFixed, analyze, fixEverything } from './apply.ts';

const risky = readCases().filter(({ expected }) => expected.length > 0);

function countByRule(findings: readonly Finding[]): Readonly<Record<string, number>> {
  const counts: Record<string, number> = {};
  for (const { rule } of findings) counts[rule] = (counts[rule] ?? 0) + 1;
  return counts;
}

describe.each(risky.map((one) => [one.name, one] as const))('%s', (name, { text }) => {
  const before = analyze(name, text);
  const fixes = allFixed(name, text);

  it('offers exactly one preferred fix for every finding', () => {
    for (const finding of before.findings) {
      const preferred = fixes.filter((each) => each.finding.at.start === finding.at.start && each.fix.preferred);
      expect(preferred.map(({ fix }) => fix.title)).toHaveLength(1);
    }
  });

  it('parses after each fix', () => {
    for (const { fix, fixed } of fixes) {
      expect({ fix: fix.title, errors: openSource(analyze(name, fixed)).syntax.errors }).toEqual({
        fix: fix.title,
        errors: [],
      });
    }
  });

  it('has the finding no more after its preferred fix, and no new one', () => {
    for (const { finding, fix, fixed } of fixes.filter((each) => each.fix.preferred)) {
      const was = countByRule(before.findings);
      const is = countByRule(analyze(name, fixed).findings);
      expect(is[finding.rule] ?? 0, fix.title).toBeLessThan(was[finding.rule] ?? 0);
      for (const [rule, count] of Object.entries(is)) expect(count, rule).toBeLessThanOrEqual(was[rule] ?? 0);
    }
  });

  it('has nothing left to say when everything is fixed', () => {
    expect(analyze(name, fixEverything(name, text)).findings).toEqual([]);
  });
});
