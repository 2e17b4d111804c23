import { methods, type Status } from '../../core/editor/protocol.ts';
import type { ModelAnalysis, ModuleAnalysis } from '../workspace/analysis.ts';
import type { OpenModule } from './documents.ts';
import type { Session, Timed } from './session.ts';

/** Tells the client how the analysis of a module went, once the answers that somebody waits for are on their way. */
export function sendStatusSoon(...status: Parameters<typeof sendStatus>): void {
  const [, { uri }] = status;
  clearTimeout(waiting.get(uri));
  waiting.set(
    uri,
    setTimeout(() => {
      waiting.delete(uri);
      sendStatus(...status);
    }, delayMs),
  );
}

const waiting = new Map<string, NodeJS.Timeout>();
const delayMs = 60;

/** Clients that do not know the notification drop it. */
function sendStatus(
  session: Session,
  module: OpenModule,
  { value, elapsedMs }: Timed<ModuleAnalysis>,
  findings: number,
): void {
  const notes = [...value.notes, ...value.models.flatMap(({ graph }) => graph.notes)].map(({ message }) => message);
  const status: Status = {
    uri: module.uri,
    models: value.models.map((model) => ({ name: model.graph.name, ...sizeOf(model) })),
    findings,
    notes: [...new Set(notes)],
    elapsedMs,
  };
  session.connection.sendNotification(methods.status, status).catch(() => {});
}

/** Of the hundreds of models of a long file most have only moved since the last keystroke: their prediction is still the same. */
function sizeOf({ graph, prediction }: ModelAnalysis): Omit<Status['models'][number], 'name'> {
  const known = sizes.get(prediction);
  if (known !== undefined) return known;
  const size = {
    layers: graph.layers.filter(({ isModule }) => isModule).length,
    parameters: graph.parameters.length,
    complete: graph.complete,
  };
  sizes.set(prediction, size);
  return size;
}

const sizes = new WeakMap<ModelAnalysis['prediction'], Omit<Status['models'][number], 'name'>>();
