import { describe, expect, it } from 'vitest';
import { rules } from '../../core/rules/registry.ts';
import { createFrameworks } from '../../server/frameworks/all.ts';
import { createAnalyzer } from '../../server/workspace/analyzer.ts';
import { createDiskWorkspace } from '../../server/workspace/disk.ts';
import { type Case, casesFolder, lineOf, readCases } from './cases.ts';

const analyzer = createAnalyzer(createDiskWorkspace({ roots: [casesFolder], searchPaths: [] }), createFrameworks());
const cases = readCases();

/** `line rule:severity` of every finding, hints too; severities only where the case names them. */
function found(one: Case): readonly string[] {
  const findings = analyzer.analyze(one.path).findings.map(({ at, rule, severity }) => {
    const place = `${lineOf(one.text, at.start)} ${rule}`;
    return one.expected.includes(place) ? place : `${place}:${severity}`;
  });
  return findings.sort();
}

describe.each(rules.map(({ id }) => id))('%s', (rule) => {
  const own = cases.filter((one) => one.rule === rule);

  it('has risky and legitimate cases', () => {
    expect(own.filter(({ expected }) => expected.length > 0)).not.toHaveLength(0);
    expect(own.filter(({ expected }) => expected.length === 0)).not.toHaveLength(0);
  });

  it.each(own.filter(({ expected }) => expected.length > 0).map((one) => [one.name, one] as const))(
    'finds what is labelled in %s and nothing else',
    (_, one) => expect(found(one)).toEqual([...one.expected].sort()),
  );

  it.each(own.filter(({ expected }) => expected.length === 0).map((one) => [one.name, one] as const))(
    'is silent on %s, with the model understood',
    (_, one) => {
      expect(analyzer.analyze(one.path).models).not.toHaveLength(0);
      expect(found(one)).toEqual([]);
    },
  );
});
