import type { Finding } from '../../core/rules/finding.ts';
import type { Fix } from '../fixes/fix.ts';
import { findingToJson } from './check-json.ts';
import { formatLocation, type Locate } from './location.ts';
import { toSarif } from './sarif.ts';

export interface Reported {
  readonly finding: Finding;
  readonly fixes: readonly Fix[];
}

export interface Report {
  readonly reported: readonly Reported[];
  readonly notes: readonly { readonly path: string; readonly message: string }[];
  readonly files: number;
  readonly lines: number;
  readonly elapsedMs: number;
  readonly locate: Locate;
}

export const formats = ['text', 'json', 'sarif', 'github'] as const;
type Format = (typeof formats)[number];

export const reporters: Readonly<Record<Format, (report: Report) => string>> = {
  text: toText,
  json: toJson,
  sarif: (report) => `${JSON.stringify(toSarif(report), null, 2)}\n`,
  github: toGithub,
};

function toText({ reported, files, elapsedMs, locate }: Report): string {
  const blocks = reported.map(({ finding, fixes }) => {
    const lines = [`${formatLocation(locate(finding.at))}: ${finding.severity} [${finding.rule}] ${finding.message}`];
    for (const related of finding.related) lines.push(`    ${formatLocation(locate(related.at))}: ${related.message}`);
    const preferred = fixes.find((fix) => fix.preferred);
    if (preferred !== undefined) lines.push(`    fix: ${preferred.title}`);
    return `${lines.join('\n')}\n`;
  });
  const count = `${plural(reported.length, 'finding')} in ${plural(files, 'file')}, ${elapsedMs.toFixed(0)} ms`;
  return `${blocks.join('')}${count}\n`;
}

function toJson({ reported, notes, files, lines, elapsedMs, locate }: Report): string {
  const findings = reported.map(({ finding, fixes }) => findingToJson(finding, fixes, locate));
  return `${JSON.stringify({ version: 1, files, lines, elapsedMs: Math.round(elapsedMs), findings, notes }, null, 2)}\n`;
}

/** Workflow commands that annotate a pull request. */
function toGithub({ reported, locate }: Report): string {
  const level = { error: 'error', warning: 'warning', information: 'notice', hint: 'notice' } as const;
  return reported
    .map(({ finding }) => {
      const at = locate(finding.at);
      const place = `file=${property(at.path)},line=${at.start.line},col=${at.start.column},endLine=${at.end.line},endColumn=${at.end.column}`;
      return `::${level[finding.severity]} ${place},title=${property(finding.rule)}::${data(finding.message)}\n`;
    })
    .join('');
}

function data(text: string): string {
  return text.replace(/%/g, '%25').replace(/\r/g, '%0D').replace(/\n/g, '%0A');
}

function property(text: string): string {
  return data(text).replace(/:/g, '%3A').replace(/,/g, '%2C');
}

function plural(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`;
}
