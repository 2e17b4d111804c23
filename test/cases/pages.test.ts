import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { rules } from '../../core/rules/registry.ts';

const folder = path.join(import.meta.dirname, '../../docs/rules');
const manifest = readFileSync(path.join(import.meta.dirname, '../../package.json'), 'utf8');

describe.each(rules.map((rule) => [rule.id, rule] as const))('the page of %s', (id) => {
  const page = path.join(folder, `${id}.md`);

  it('exists and says what, why, an example, the fix, when it is fine, and the settings', () => {
    expect(existsSync(page)).toBe(true);
    const text = readFileSync(page, 'utf8');
    expect(text).toMatch(new RegExp(`^# ${id}\n\n\\S`));
    const headings = [...text.matchAll(/^## (.+)$/gm)].map(([, heading]) => heading);
    expect(headings).toEqual(['Why', 'Example', 'Fix', 'When it is fine', 'Settings']);
    expect(text).toContain(`ignore[${id}]`);
  });

  it('is listed among the rules, and the rule can be set in the editor', () => {
    expect(readFileSync(path.join(folder, 'README.md'), 'utf8')).toContain(`[\`${id}\`](${id}.md)`);
    expect(manifest).toContain(`"${id}": {`);
  });
});
