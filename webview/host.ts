import * as v from 'valibot';
import { type FromPanel, type ToPanel, toPanelSchema } from '../core/probe/panel-messages.ts';
import { protocolVersion } from '../core/probe/request.ts';

/** Without the version, which is added on the way out. */
export type Outgoing = FromPanel extends infer M ? (M extends FromPanel ? Omit<M, 'version'> : never) : never;

/** Who shows the panel: VS Code, or a plain page (a report, the development harness). */
export interface Host {
  readonly post: (message: Outgoing) => void;
  readonly listen: (receive: (message: ToPanel) => void) => void;
  /** What `save` kept before the page was loaded again. */
  readonly saved: () => unknown;
  readonly save: (state: unknown) => void;
  /** There is an editor behind: fixes can be applied, sources shown, files saved by it. */
  readonly hasEditor: boolean;
}

interface VsCodeApi {
  readonly postMessage: (message: unknown) => void;
  readonly getState: () => unknown;
  readonly setState: (state: unknown) => void;
}

declare const acquireVsCodeApi: undefined | (() => VsCodeApi);

export function connectHost(): Host {
  return typeof acquireVsCodeApi === 'function' ? editorHost(acquireVsCodeApi()) : pageHost();
}

function editorHost(api: VsCodeApi): Host {
  return {
    post: (message) => api.postMessage({ version: protocolVersion, ...message }),
    listen,
    saved: () => api.getState(),
    save: (state) => api.setState(state),
    hasEditor: true,
  };
}

/** Exports become downloads; what only an editor can do is dispatched as an event that a harness may listen to. */
function pageHost(): Host {
  return {
    post: (message) => {
      if (message.type === 'export') download(message.name, message.content, message.encoding);
      window.dispatchEvent(new CustomEvent('initscope', { detail: { version: protocolVersion, ...message } }));
    },
    listen,
    saved: () => null,
    save: () => {},
    hasEditor: false,
  };
}

function listen(receive: (message: ToPanel) => void): void {
  window.addEventListener('message', (event: MessageEvent<unknown>) => {
    const parsed = v.safeParse(toPanelSchema, event.data);
    if (parsed.success) receive(parsed.output);
    // Editors and browser extensions post messages of their own; only what claims to be ours is worth a word.
    else if (isOurs(event.data)) console.warn('initscope: message refused', v.flatten(parsed.issues));
  });
}

function isOurs(data: unknown): boolean {
  return typeof data === 'object' && data !== null && 'version' in data && 'type' in data;
}

function download(name: string, content: string, encoding: 'utf8' | 'base64'): void {
  const bytes =
    encoding === 'base64'
      ? Uint8Array.from(atob(content), (char) => char.charCodeAt(0))
      : new TextEncoder().encode(content);
  const link = document.createElement('a');
  link.href = URL.createObjectURL(new Blob([bytes]));
  link.download = name;
  link.click();
  URL.revokeObjectURL(link.href);
}
