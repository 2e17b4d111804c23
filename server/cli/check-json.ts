import type { Finding } from '../../core/rules/finding.ts';
import type { Fix } from '../fixes/fix.ts';
import type { Locate, Location } from './location.ts';

/** A finding as `check --format json` prints it; `cli.md` is the contract. */
export function findingToJson(finding: Finding, fixes: readonly Fix[], locate: Locate): object {
  const at = locate(finding.at);
  return {
    rule: finding.rule,
    severity: finding.severity,
    message: finding.message,
    ...place(at),
    model: finding.model,
    layer: finding.layer,
    parameter: finding.parameter,
    effect: finding.effect,
    related: finding.related.map((related) => ({ ...place(locate(related.at)), message: related.message })),
    fixes: fixes.map((fix) => ({
      title: fix.title,
      preferred: fix.preferred,
      safe: fix.safe,
      edits: fix.edits.map((edit) => ({ ...place(locate(edit)), text: edit.text })),
    })),
  };
}

function place(at: Location): object {
  return { path: at.path, ...(at.cell === null ? {} : { cell: at.cell }), range: { start: at.start, end: at.end } };
}
