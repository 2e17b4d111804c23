import type { Finding } from '../../core/rules/finding.ts';
import type { Edit } from './documents.ts';

/** A finding with the document lines it covers. */
export interface PlacedFinding {
  readonly finding: Finding;
  readonly uri: string;
  readonly firstLine: number;
  readonly lastLine: number;
  /** There is text on these lines that cannot be parsed. */
  readonly isBroken: boolean;
}

/** How long after a keystroke a line counts as being typed. */
const pauseMs = 700;

/**
 * Holds back what is new on the lines being typed, until the typing pauses and the lines can be parsed: `std=0.0` on the way
 * to `std=0.02` is nobody's mistake. What was shown before stays. `retry` is called after the pause if something was held back.
 */
export function createTypingGuard(
  lastEdit: (uri: string) => Edit | null,
  retry: () => void,
  now: () => number = Date.now,
): (path: string, findings: readonly PlacedFinding[]) => readonly PlacedFinding[] {
  const shownBefore = new Map<string, ReadonlySet<string>>();
  let timer: NodeJS.Timeout | undefined;
  return (path, findings) => {
    const before = shownBefore.get(path) ?? new Set();
    const shown = findings.filter((placed) => before.has(identity(placed.finding)) || !isBeingTyped(placed));
    shownBefore.set(path, new Set(shown.map(({ finding }) => identity(finding))));
    if (shown.length < findings.length) {
      clearTimeout(timer);
      timer = setTimeout(retry, pauseMs);
    }
    return shown;
  };

  function isBeingTyped({ uri, firstLine, lastLine, isBroken }: PlacedFinding): boolean {
    const edit = lastEdit(uri);
    if (edit === null || edit.firstLine > lastLine || firstLine > edit.lastLine) return false;
    return isBroken || now() - edit.time < pauseMs;
  }
}

/** The same finding before and after an edit, wherever its lines went. */
function identity(finding: Finding): string {
  return [finding.rule, finding.model, finding.layer, finding.parameter].join('|');
}
