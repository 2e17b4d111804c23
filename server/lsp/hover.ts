import { type Hover, type HoverParams, MarkupKind } from 'vscode-languageserver/node';
import type { Layer } from '../../core/graph/graph.ts';
import { type Span, spanContains } from '../../core/graph/span.ts';
import type { ModelAnalysis } from '../workspace/analysis.ts';
import { locate, offsetAt } from './documents.ts';
import { describeLayers } from './layer-text.ts';
import { type Session, whenStill } from './session.ts';

/** A layer under the pointer: what it starts with and who said so, shapes, and what is predicted of it. */
export function registerHover(session: Session): void {
  session.connection.onHover((params, token) => whenStill(session, token, () => hover(session, params)));
}

function hover(session: Session, { textDocument, position }: HoverParams): Hover | null {
  const { documents, workspace, settings } = session;
  const module = documents.find(textDocument.uri);
  if (module === null || !settings.enable || !settings.hover.enable) return null;
  const offset = offsetAt(module, textDocument.uri, position);
  if (offset === null) return null;
  for (const model of session.analyze(module.path).value.models) {
    const found = layersAt(model, module.path, offset);
    if (found === null) continue;
    const value = describeLayers(model, found.layers, (span) => locate(span, documents, workspace));
    const place = locate(found.span, documents, workspace);
    return { contents: { kind: MarkupKind.Markdown, value }, ...(place === null ? {} : { range: place.range }) };
  }
  return null;
}

/** The layers whose construction, call or initialization is the narrowest around the offset; a loop makes many at one place. */
function layersAt(
  { graph }: ModelAnalysis,
  path: string,
  offset: number,
): { readonly layers: readonly Layer[]; readonly span: Span } | null {
  const writesOf = (layer: Layer) =>
    Object.values(layer.parameters).flatMap(
      (id) => graph.parameters.find((parameter) => parameter.id === id)?.writes ?? [],
    );
  const around = graph.layers.flatMap((layer) =>
    [layer.at, layer.calledAt, ...writesOf(layer).map(({ at }) => at)].flatMap((span) =>
      span !== null && spanContains(span, path, offset) ? [{ layer, span }] : [],
    ),
  );
  const [narrowest] = around.map(({ span }) => span).sort((a, b) => a.end - a.start - (b.end - b.start));
  if (narrowest === undefined) return null;
  const here = around.filter(({ span }) => span.start === narrowest.start && span.end === narrowest.end);
  return { layers: [...new Set(here.map(({ layer }) => layer))], span: narrowest };
}
