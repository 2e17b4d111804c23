import * as v from 'valibot';
import { ErrorCodes, ResponseError, type WorkspaceEdit } from 'vscode-languageserver/node';
import {
  type ApplyFixParams,
  type ApplyVariantParams,
  applyFixParamsSchema,
  applyVariantParamsSchema,
  type EditAnswer,
  type ModelAnswer,
  type ModelFinding,
  type ModelParams,
  methods,
  modelParamsSchema,
} from '../../core/editor/protocol.ts';
import { spanContains } from '../../core/graph/span.ts';
import type { Finding } from '../../core/rules/finding.ts';
import { compatibleEdits } from '../fixes/fix-all.ts';
import { fixesFor } from '../fixes/fixes-for.ts';
import type { ModelAnalysis } from '../workspace/analysis.ts';
import { locate, type OpenModule, offsetAt } from './documents.ts';
import { toWorkspaceEdit } from './edits.ts';
import { type Session, whenStill } from './session.ts';
import { variantFixes } from './variant.ts';

/** What the probe asks of the source: the model, and edits that write an outcome back. */
export function registerModelRequests(session: Session): void {
  const { connection, documents } = session;

  connection.onRequest(methods.model, async (params, token): Promise<ModelAnswer | null> => {
    const request = checked(modelParamsSchema, params);
    return whenStill(session, token, () => {
      const module = documents.find(request.uri);
      const model = module === null ? null : chooseModel(session, module, request);
      return module === null || model === null ? null : describe(session, module, model);
    });
  });

  connection.onRequest(methods.applyFix, async (params, token): Promise<EditAnswer<WorkspaceEdit>> => {
    const request = checked(applyFixParamsSchema, params);
    return whenStill(session, token, () => applyFix(session, request));
  });

  connection.onRequest(methods.applyVariant, async (params, token): Promise<EditAnswer<WorkspaceEdit>> => {
    const request = checked(applyVariantParamsSchema, params);
    return whenStill(session, token, () => applyVariant(session, request));
  });
}

function applyFix(session: Session, { uri, symbol, rule, layer }: ApplyFixParams): EditAnswer<WorkspaceEdit> {
  const module = session.documents.find(uri);
  const model = module === null ? null : session.analyzeSymbol(module.path, symbol);
  const finding = model?.findings.find((candidate) => candidate.rule === rule && candidate.layer === layer);
  if (module === null || finding === undefined) return { edit: null, reason: 'the finding is gone' };
  const fixes = fixesFor(finding, session.analyze(module.path).value);
  const fix = fixes.find(({ preferred }) => preferred) ?? fixes[0];
  const edit = fix === undefined ? null : toWorkspaceEdit(session, fix.edits);
  return fix === undefined || edit === null
    ? { edit: null, reason: 'no fix can be written here' }
    : { title: fix.title, edit };
}

function applyVariant(session: Session, { uri, symbol, variant }: ApplyVariantParams): EditAnswer<WorkspaceEdit> {
  const module = session.documents.find(uri);
  const model = module === null ? null : session.analyzeSymbol(module.path, symbol);
  if (module === null || model === null) return { edit: null, reason: `${symbol} is not in the document any more` };
  const written = variantFixes(session.analyze(module.path).value, model, variant);
  if ('reason' in written) return { edit: null, reason: written.reason };
  const edit = toWorkspaceEdit(session, compatibleEdits(written.fixes));
  return edit === null ? { edit: null, reason: 'the source has changed' } : { title: written.title, edit };
}

function chooseModel(session: Session, module: OpenModule, request: ModelParams): ModelAnalysis | null {
  const { models } = session.analyze(module.path).value;
  if (request.symbol !== undefined) return session.analyzeSymbol(module.path, request.symbol);
  const offset = request.position === undefined ? null : offsetAt(module, request.uri, request.position);
  const around = models.find(({ graph }) => offset !== null && spanContains(graph.at, module.path, offset));
  return around ?? models[0] ?? null;
}

function describe(session: Session, module: OpenModule, model: ModelAnalysis): ModelAnswer | null {
  const { documents, workspace } = session;
  const { graph } = model;
  const place = locate(graph.nameAt, documents, workspace);
  if (place === null) return null;
  const layers: Record<string, NonNullable<typeof place>> = {};
  for (const { id, at, calledAt } of graph.layers) {
    const span = at ?? calledAt;
    const found = span === null ? null : locate(span, documents, workspace);
    if (found !== null) layers[id] = found;
  }
  const shown = session.shown(model.findings, module.path);
  return { graph, place, layers, findings: shown.map((finding) => describeFinding(session, module, finding)) };
}

function describeFinding(session: Session, module: OpenModule, finding: Finding): ModelFinding {
  const { rule, severity, message, layer } = finding;
  const fixes = fixesFor(finding, session.analyze(module.path).value);
  const fix = (fixes.find(({ preferred }) => preferred) ?? fixes[0])?.title ?? null;
  return { rule, severity, message, layer, fix, place: locate(finding.at, session.documents, session.workspace) };
}

function checked<T>(schema: v.GenericSchema<unknown, T>, params: unknown): T {
  const result = v.safeParse(schema, params);
  if (result.success) return result.output;
  throw new ResponseError(ErrorCodes.InvalidParams, result.issues[0].message);
}
