import * as v from 'valibot';
import * as vscode from 'vscode';
import type { ModelAnswer, Place } from '../../core/editor/protocol.ts';
import type { FromTrainer } from '../../core/probe/messages.ts';
import { type FromPanel, fromPanelSchema, type PanelOpen, type ToPanel } from '../../core/probe/panel-messages.ts';
import { type EngineName, type ProbeOptions, protocolVersion } from '../../core/probe/request.ts';
import type { ServerHandle } from '../language-client.ts';
import { probeSettings } from '../settings.ts';
import { engineOffers, trainerEnvironment } from './engines.ts';
import { saveExport } from './export.ts';
import type { History } from './history.ts';
import { installTfjsNode } from './install-engine.ts';
import { panelPage, webviewOptions } from './page.ts';
import { startTrainer, type TrainerProcess } from './trainer-process.ts';

export interface PanelParts {
  readonly context: vscode.ExtensionContext;
  readonly server: ServerHandle;
  readonly log: vscode.LogOutputChannel;
  readonly history: History;
}

/** The model that a panel shows: its document (for a notebook, the notebook) and its name there. */
export interface Target {
  readonly uri: string;
  readonly symbol: string;
}

export interface ProbePanel {
  readonly target: Target;
  reveal(): void;
  /** Shows the model as the source has it now, and trains it anew if asked to. */
  refresh(run: boolean): Promise<void>;
  /** Lights up the layer that the cursor stands on. */
  highlight(editor: vscode.TextEditor): void;
  state(): object;
}

/** Fills a webview panel with the probe of a model and answers what it says until it is closed. */
export function createProbePanel(
  panel: vscode.WebviewPanel,
  target: Target,
  initial: { readonly model: ModelAnswer | null; readonly run: boolean },
  { context, server, log, history }: PanelParts,
): ProbePanel {
  let { model } = initial;
  let runWhenReady = initial.run;
  let highlighted: number | null = null;
  const trainers = new Map<string, TrainerProcess>();
  const told: FromTrainer['type'][] = [];

  const post = (message: DistributiveOmit<ToPanel, 'version'>) =>
    void panel.webview.postMessage({ version: protocolVersion, ...message });
  const notify = (text: string, level: 'info' | 'warning' | 'error' = 'info') => post({ type: 'status', text, level });

  panel.webview.options = webviewOptions(context.extensionUri);
  panel.webview.html = panelPage(panel.webview, context.extensionUri, panel.title);
  const listeners = [
    panel.webview.onDidReceiveMessage((raw) => {
      const parsed = v.safeParse(fromPanelSchema, raw);
      if (!parsed.success) log.warn(`the probe panel said something unknown: ${parsed.issues[0].message}`);
      else receive(parsed.output).catch((error) => notify(textOf(error), 'error'));
    }),
    vscode.workspace.onDidGrantWorkspaceTrust(() => sendModel(false)),
  ];
  panel.onDidDispose(() => {
    for (const trainer of trainers.values()) trainer.kill();
    for (const listener of listeners) listener.dispose();
  });

  async function receive(message: FromPanel): Promise<void> {
    switch (message.type) {
      case 'ready':
        sendModel(runWhenReady);
        runWhenReady = false;
        return;
      case 'reveal':
        return revealPlace(model?.layers[message.layer]);
      case 'start':
        return startRun(message.run, message.engine, message.options);
      case 'cancel':
        trainers.get(message.run)?.cancel();
        return;
      case 'pause':
        trainers.get(message.run)?.send(message);
        return;
      case 'apply':
        return applyEdit(await server.variantEdit({ ...target, variant: message.variant }));
      case 'applyFix':
        return applyEdit(await server.fixEdit({ ...target, rule: message.rule, layer: message.layer }));
      case 'export':
        return saveExport(message);
      case 'install':
        if (await installTfjsNode(context, log)) sendModel(false);
        return;
      case 'finished':
        return history.add(target.symbol, message.summary);
      case 'log':
        log[message.level === 'warning' ? 'warn' : message.level](message.text);
        return;
    }
  }

  function sendModel(run: boolean): void {
    if (model !== null) post({ type: 'open', ...openMessage(model, target, context), run });
    else notify(`${target.symbol} is not in its document any more`, 'warning');
  }

  function startRun(run: string, engine: EngineName, options: ProbeOptions): void {
    if (model === null) return;
    const offer = engineOffers(context).find((one) => one.engine === engine);
    if (offer?.available !== true) {
      const message = `${engine} cannot run here: ${offer?.reason ?? 'it is no engine of the host'}.`;
      const failed = { type: 'failed', kind: 'engineUnavailable', message, hint: null, layer: null } as const;
      post({ type: 'trainer', message: { version: protocolVersion, run, ...failed } });
      return;
    }
    const trainer = startTrainer(
      { version: protocolVersion, type: 'start', run, engine, graph: model.graph, options },
      {
        script: context.asAbsolutePath('dist/trainer-node.js'),
        environment: trainerEnvironment(context),
        onMessage(message) {
          told.push(message.type);
          if (message.type === 'done' || message.type === 'failed') trainers.delete(run);
          post({ type: 'trainer', message });
        },
        onLog: (text) => log.info(`${engine}: ${text}`),
      },
    );
    trainers.set(run, trainer);
  }

  async function applyEdit(edit: vscode.WorkspaceEdit): Promise<void> {
    if (!(await vscode.workspace.applyEdit(edit))) throw new Error('The editor did not take the change.');
    const [uri] = edit.entries()[0] ?? [];
    if (uri !== undefined)
      await vscode.window.showTextDocument(uri, { viewColumn: vscode.ViewColumn.One, preserveFocus: true });
  }

  async function revealPlace(place: Place | undefined): Promise<void> {
    if (place === undefined) return notify('This layer has no line of its own.');
    await vscode.window.showTextDocument(vscode.Uri.parse(place.uri), {
      selection: server.range(place.range),
      viewColumn: vscode.ViewColumn.One,
    });
  }

  return {
    target,
    reveal: () => panel.reveal(),
    async refresh(run) {
      model = await server.model(target);
      sendModel(run);
    },
    highlight(editor) {
      const layer = model === null ? null : layerAtCursor(model, editor);
      if (layer === highlighted) return;
      highlighted = layer;
      post({ type: 'highlight', layer });
    },
    state: () => ({ ...target, title: panel.title, visible: panel.visible, trainers: trainers.size, told }),
  };
}

function openMessage(
  model: ModelAnswer,
  target: Target,
  context: vscode.ExtensionContext,
): Omit<PanelOpen, 'version' | 'type' | 'run'> {
  const uri = vscode.Uri.parse(model.place.uri);
  const { engine, options } = probeSettings(uri);
  const lines = Object.entries(model.layers).map(([id, place]) => [id, place.range.start.line + 1]);
  return {
    path: vscode.workspace.asRelativePath(vscode.Uri.parse(target.uri)),
    line: model.place.range.start.line + 1,
    uri: target.uri,
    graph: model.graph,
    lines: Object.fromEntries(lines),
    findings: model.findings.map(({ place: _, ...finding }) => finding),
    engines: engineOffers(context),
    engine,
    options,
  };
}

/** The layer constructed on the cursor's line; of several in one line the one around the cursor, else the first. */
function layerAtCursor(model: ModelAnswer, editor: vscode.TextEditor): number | null {
  const uri = editor.document.uri.toString();
  const { line, character } = editor.selection.active;
  const here = Object.entries(model.layers).filter(
    ([, { uri: other, range }]) =>
      vscode.Uri.parse(other).toString() === uri && range.start.line <= line && line <= range.end.line,
  );
  const around = here.find(([, { range }]) => range.start.line < line || range.start.character <= character);
  const [id] = around ?? here[0] ?? [];
  return id === undefined ? null : Number(id);
}

function textOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

type DistributiveOmit<T, Key extends PropertyKey> = T extends unknown ? Omit<T, Key> : never;
