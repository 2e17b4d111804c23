import * as v from 'valibot';
import * as vscode from 'vscode';
import type { ModelAnswer, ModelParams } from '../../core/editor/protocol.ts';
import type { ServerHandle } from '../language-client.ts';
import { probeSettings } from '../settings.ts';
import { createHistory, type History } from './history.ts';
import { webviewOptions } from './page.ts';
import { createProbePanel, type PanelParts, type ProbePanel, type Target } from './panel.ts';

export interface Panels {
  /** Shows the probe of a model, in its panel if there is one; `null` where there is no model. */
  open(params: ModelParams): Promise<ProbePanel | null>;
  all(): readonly ProbePanel[];
  readonly history: History;
}

const viewType = 'initscope.probe';
const refreshDelayMs = 400;

/** What the page keeps over a restart of the editor, as far as it concerns the host. */
const savedSchema = v.object({ open: v.object({ uri: v.string(), graph: v.object({ name: v.string() }) }) });

/** One panel per model, restored when the editor restarts, kept up to date with the source and the cursor. */
export function createPanels(
  context: vscode.ExtensionContext,
  server: ServerHandle,
  log: vscode.LogOutputChannel,
): Panels {
  const panels = new Set<ProbePanel>();
  const parts: PanelParts = { context, server, log, history: createHistory(context) };

  function add(view: vscode.WebviewPanel, target: Target, model: ModelAnswer | null, run: boolean): ProbePanel {
    const panel = createProbePanel(view, target, { model, run }, parts);
    panels.add(panel);
    view.onDidDispose(() => panels.delete(panel));
    return panel;
  }

  async function restore(view: vscode.WebviewPanel, saved: unknown): Promise<void> {
    const state = v.safeParse(savedSchema, saved);
    if (!state.success) return view.dispose();
    const { uri, graph } = state.output.open;
    const target = { uri, symbol: graph.name };
    const model = (await openModule(uri)) ? await server.model(target) : null;
    add(view, target, model, false);
  }

  const followed = followSources(panels);
  context.subscriptions.push(
    ...followed,
    vscode.window.registerWebviewPanelSerializer(viewType, { deserializeWebviewPanel: restore }),
  );
  return {
    history: parts.history,
    all: () => [...panels],
    async open(params) {
      const model = await server.model(params);
      if (model === null) return null;
      const target = { uri: moduleUri(vscode.Uri.parse(model.place.uri)).toString(), symbol: model.graph.name };
      const known = [...panels].find((panel) => isSame(panel.target, target));
      if (known !== undefined) {
        known.reveal();
        await known.refresh(true);
        return known;
      }
      const view = vscode.window.createWebviewPanel(
        viewType,
        `Probe: ${target.symbol}`,
        { viewColumn: vscode.ViewColumn.Beside, preserveFocus: true },
        // The worker trains on while another tab is in front.
        { ...webviewOptions(context.extensionUri), retainContextWhenHidden: true },
      );
      return add(view, target, model, true);
    },
  };
}

/** An edit shows in the panel a moment later; a save trains again where the user wants that; the cursor lights up its layer. */
function followSources(panels: ReadonlySet<ProbePanel>): readonly vscode.Disposable[] {
  let timer: NodeJS.Timeout | undefined;
  const panelsOf = (uri: vscode.Uri) => [...panels].filter(({ target }) => target.uri === moduleUri(uri).toString());
  const refresh = (uri: vscode.Uri, run: boolean) => {
    for (const panel of panelsOf(uri)) panel.refresh(run).catch(() => {});
  };
  return [
    vscode.workspace.onDidChangeTextDocument(({ document, contentChanges }) => {
      if (contentChanges.length === 0 || panelsOf(document.uri).length === 0) return;
      clearTimeout(timer);
      timer = setTimeout(() => refresh(document.uri, false), refreshDelayMs);
    }),
    vscode.workspace.onDidSaveTextDocument(({ uri }) => {
      if (probeSettings(uri).rerunOnSave) refresh(uri, true);
    }),
    vscode.window.onDidChangeTextEditorSelection(({ textEditor }) => {
      for (const panel of panelsOf(textEditor.document.uri)) panel.highlight(textEditor);
    }),
  ];
}

/** A cell belongs to its notebook. */
function moduleUri(uri: vscode.Uri): vscode.Uri {
  if (uri.scheme !== 'vscode-notebook-cell') return uri;
  const notebook = vscode.workspace.notebookDocuments.find((open) =>
    open.getCells().some(({ document }) => document.uri.toString() === uri.toString()),
  );
  return notebook?.uri ?? uri;
}

/** The server knows open documents only. */
async function openModule(address: string): Promise<boolean> {
  const uri = vscode.Uri.parse(address);
  const isNotebook = uri.path.endsWith('.ipynb');
  const opened = isNotebook ? vscode.workspace.openNotebookDocument(uri) : vscode.workspace.openTextDocument(uri);
  return opened.then(
    () => true,
    () => false,
  );
}

function isSame(a: Target, b: Target): boolean {
  return a.uri === b.uri && a.symbol === b.symbol;
}
