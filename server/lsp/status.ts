import { methods, type Status } from '../../core/editor/protocol.ts';
import type { ModuleAnalysis } from '../workspace/analysis.ts';
import type { OpenModule } from './documents.ts';
import type { Session, Timed } from './session.ts';

/** Tells the client how the analysis of a module went. Clients that do not know the notification drop it. */
export function sendStatus(
  session: Session,
  module: OpenModule,
  { value, elapsedMs }: Timed<ModuleAnalysis>,
  findings: number,
): void {
  const notes = [...value.notes, ...value.models.flatMap(({ graph }) => graph.notes)].map(({ message }) => message);
  const status: Status = {
    uri: module.uri,
    models: value.models.map(({ graph }) => ({
      name: graph.name,
      layers: graph.layers.filter(({ isModule }) => isModule).length,
      parameters: graph.parameters.length,
      complete: graph.complete,
    })),
    findings,
    notes: [...new Set(notes)],
    elapsedMs,
  };
  session.connection.sendNotification(methods.status, status).catch(() => {});
}
