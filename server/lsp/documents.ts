import { fileURLToPath, pathToFileURL } from 'node:url';
import {
  type Connection,
  Emitter,
  type Event,
  type NotebookDocument,
  NotebookDocuments,
  type Position,
  TextDocumentContentChangeEvent,
  TextDocuments,
  type TextDocumentsConfiguration,
} from 'vscode-languageserver/node';
import { TextDocument } from 'vscode-languageserver-textdocument';
import type { Place } from '../../core/editor/protocol.ts';
import type { Span } from '../../core/graph/span.ts';
import { flattenCells } from '../workspace/notebook.ts';
import type { Workspace } from '../workspace/workspace.ts';

/** An open file or notebook, as the analyzer sees it: one text, made of one document or of the Python cells in order. */
export interface OpenModule {
  readonly path: string;
  /** Of the file or of the notebook. */
  readonly uri: string;
  readonly text: string;
  /** Of all its documents; changes with each of them. */
  readonly version: string;
  readonly pieces: readonly Piece[];
}

/** A document and where its text starts in the module's. */
export interface Piece {
  readonly document: TextDocument;
  readonly start: number;
  readonly end: number;
}

/** The lines of a document that the last change touched. */
export interface Edit {
  readonly firstLine: number;
  readonly lastLine: number;
  readonly time: number;
}

export interface Documents {
  /** By path. */
  get(path: string): OpenModule | null;
  /** By the address of a document, a cell or a notebook. */
  find(uri: string): OpenModule | null;
  all(): readonly OpenModule[];
  lastEdit(uri: string): Edit | null;
  isDirty(path: string): boolean;
  /** Paths of modules that were opened or changed, saved, closed. */
  readonly onDidChange: Event<string>;
  readonly onDidSave: Event<string>;
  readonly onDidClose: Event<OpenModule>;
}

/** Keeps what the client has open. */
export function createDocuments(connection: Connection): Documents {
  const edits = new Map<string, Edit>();
  const modules = new Map<string, OpenModule>();
  const dirty = new Set<string>();
  const [changed, saved, closed] = [new Emitter<string>(), new Emitter<string>(), new Emitter<OpenModule>()];
  const configuration: TextDocumentsConfiguration<TextDocument> = {
    create: TextDocument.create,
    update(document, changes, version) {
      edits.set(document.uri, touchedLines(changes));
      return TextDocument.update(document, changes, version);
    },
  };
  const texts = new TextDocuments(configuration);
  const notebooks = new NotebookDocuments(configuration);

  const put = (module: OpenModule) => {
    if (modules.has(module.path)) dirty.add(module.path);
    modules.set(module.path, module);
    changed.fire(module.path);
  };
  const save = (path: string) => {
    dirty.delete(path);
    saved.fire(path);
  };
  const drop = (path: string) => {
    const module = modules.get(path);
    if (module === undefined) return;
    for (const { document } of module.pieces) edits.delete(document.uri);
    modules.delete(path);
    dirty.delete(path);
    closed.fire(module);
  };

  texts.onDidChangeContent(({ document }) => put(moduleOfText(document)));
  texts.onDidSave(({ document }) => save(pathOf(document.uri, document.languageId)));
  texts.onDidClose(({ document }) => drop(pathOf(document.uri, document.languageId)));
  texts.listen(connection);

  notebooks.onDidOpen((notebook) => put(moduleOfNotebook(notebook, notebooks)));
  notebooks.onDidSave((notebook) => save(pathOf(notebook.uri, 'notebook')));
  notebooks.onDidClose((notebook) => drop(pathOf(notebook.uri, 'notebook')));
  notebooks.listen(
    afterNotebookChange(connection, (uri) => {
      const notebook = notebooks.getNotebookDocument(uri);
      if (notebook !== undefined) put(moduleOfNotebook(notebook, notebooks));
    }),
  );

  return {
    get: (path) => modules.get(path) ?? null,
    find: (uri) =>
      [...modules.values()].find(
        (module) => module.uri === uri || module.pieces.some((piece) => piece.document.uri === uri),
      ) ?? null,
    all: () => [...modules.values()],
    lastEdit: (uri) => edits.get(uri) ?? null,
    isDirty: (path) => dirty.has(path),
    onDidChange: changed.event,
    onDidSave: saved.event,
    onDidClose: closed.event,
  };
}

/** Offset in the module of a position in one of its documents; `null` in a cell that is not Python. */
export function offsetAt(module: OpenModule, uri: string, position: Position): number | null {
  const piece = module.pieces.find(({ document }) => document.uri === uri);
  return piece === undefined ? null : piece.start + piece.document.offsetAt(position);
}

/** A span as the client knows it: in the open document or cell, else in the file. A file that is gone has no place. */
export function locate(span: Span, documents: Documents, workspace: Workspace): Place | null {
  const open = documents.get(span.path);
  if (open === null) {
    const source = workspace.read(span.path);
    if (source === null) return null;
    const uri = pathToFileURL(span.path).href;
    return placeIn(TextDocument.create(uri, '', 0, source.text), span.start, span.end);
  }
  const piece = open.pieces.find(({ start, end }) => start <= span.start && span.start <= end);
  return piece === undefined ? null : placeIn(piece.document, span.start - piece.start, span.end - piece.start);
}

/** Documents that were never saved get a made-up path, so that their language shows. */
function pathOf(uri: string, languageId: string): string {
  if (uri.startsWith('file:')) return fileURLToPath(uri);
  const extensions: Readonly<Record<string, string>> = { python: '.py', javascript: '.js', notebook: '.ipynb' };
  return `/${uri.replace(':', '/')}${extensions[languageId] ?? '.ts'}`;
}

function placeIn(document: TextDocument, start: number, end: number): Place {
  return { uri: document.uri, range: { start: document.positionAt(start), end: document.positionAt(end) } };
}

function moduleOfText(document: TextDocument): OpenModule {
  const text = document.getText();
  return {
    path: pathOf(document.uri, document.languageId),
    uri: document.uri,
    text,
    version: `open:${document.version}`,
    pieces: [{ document, start: 0, end: text.length }],
  };
}

function moduleOfNotebook(notebook: NotebookDocument, notebooks: NotebookDocuments<TextDocument>): OpenModule {
  const documents = notebook.cells.flatMap((cell) => notebooks.getCellTextDocument(cell) ?? []);
  const { text, cells } = flattenCells(
    documents.map((document) => ({ source: document.getText(), isPython: document.languageId === 'python' })),
  );
  return {
    path: pathOf(notebook.uri, 'notebook'),
    uri: notebook.uri,
    text,
    version: `open:${documents.map(({ uri, version }) => `${uri}@${version}`).join()}`,
    pieces: cells.flatMap(({ index, start, end }) => {
      const document = documents[index];
      return document === undefined ? [] : [{ document, start, end }];
    }),
  };
}

/** The library's own change event does not tell of cells that only moved, so every change notification is listened to. */
function afterNotebookChange(connection: Connection, listener: (uri: string) => void): Connection {
  const { synchronization } = connection.notebooks;
  const listening: typeof synchronization = {
    ...synchronization,
    onDidChangeNotebookDocument: (handler) =>
      synchronization.onDidChangeNotebookDocument(async (params) => {
        try {
          await handler(params);
        } finally {
          listener(params.notebookDocument.uri);
        }
      }),
  };
  return { ...connection, notebooks: { ...connection.notebooks, synchronization: listening } };
}

function touchedLines(changes: readonly TextDocumentContentChangeEvent[]): Edit {
  let [firstLine, lastLine] = [Number.POSITIVE_INFINITY, -1];
  for (const change of changes) {
    if (!TextDocumentContentChangeEvent.isIncremental(change)) continue;
    const { start } = change.range;
    firstLine = Math.min(firstLine, start.line);
    lastLine = Math.max(lastLine, start.line + change.text.split('\n').length - 1);
  }
  return { firstLine, lastLine, time: Date.now() };
}
