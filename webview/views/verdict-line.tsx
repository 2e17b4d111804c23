import type { PanelOpen } from '../../core/probe/panel-messages.ts';
import type { RunVerdict } from '../../core/probe/run-verdict.ts';
import { variantTitles } from '../../core/probe/variant-titles.ts';
import { useSession } from '../run/session-context.ts';
import { open, verdict } from '../store.ts';
import { CodeText } from './code-text.tsx';

/** The verdict in words and numbers, what the analyzer said about it, and the button that mends it. */
export function VerdictLine() {
  const judged = verdict.value;
  const model = open.value;
  if (!judged || !model) return null;
  const finding = findingFor(judged, model);
  const good = judged.kind === 'fine' && judged.better === null;
  return (
    <section class={`verdict ${judged.better === null ? tone(judged.kind) : 'bad'}`} aria-label="Verdict">
      <p>
        <strong class="headline">
          <span aria-hidden="true">{good ? '✓' : '⚠'}</span> <span role="status">{judged.headline}.</span>
        </strong>{' '}
        <CodeText text={judged.message} />
        {finding && (
          <span class="finding">
            {' '}
            <CodeText text={finding.message} />
          </span>
        )}
      </p>
      <Remedies judged={judged} finding={finding} />
    </section>
  );
}

type PanelFinding = PanelOpen['findings'][number];

function Remedies({ judged, finding }: { readonly judged: RunVerdict; readonly finding: PanelFinding | null }) {
  const session = useSession();
  if (!session.hasEditor) return null;
  const better = judged.better;
  return (
    <div class="remedies">
      {finding?.fix && (
        <button type="button" class="primary" onClick={() => session.applyFix(finding.rule, finding.layer)}>
          {finding.fix}
        </button>
      )}
      {better && (
        <button type="button" class={finding?.fix ? '' : 'primary'} onClick={() => session.applyVariant(better)}>
          Apply {variantTitles[better]}
        </button>
      )}
    </div>
  );
}

/** The finding about the layer that shows the trouble, else the gravest one that can be mended, else the gravest. */
function findingFor(judged: RunVerdict, { findings, graph }: PanelOpen): PanelFinding | null {
  if (judged.kind === 'fine' && judged.better === null) return null;
  const grave = findings.filter(({ severity }) => severity === 'error' || severity === 'warning');
  const name = graph.layers.find((layer) => layer.id === judged.layer)?.name;
  const errorsFirst = [...grave].sort((a, b) => Number(b.severity === 'error') - Number(a.severity === 'error'));
  return (
    errorsFirst.find((finding) => finding.layer === name && finding.fix !== null) ??
    errorsFirst.find((finding) => finding.fix !== null) ??
    errorsFirst[0] ??
    null
  );
}

export function tone(kind: RunVerdict['kind']): 'good' | 'bad' | 'plain' {
  if (kind === 'fine') return 'good';
  return kind === 'small' || kind === 'large' || kind === 'unmeasured' ? 'plain' : 'bad';
}
