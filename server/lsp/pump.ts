import { realpathSync } from 'node:fs';
import process from 'node:process';
import { isMainThread, parentPort, Worker, workerData } from 'node:worker_threads';
import {
  type ConnectionOptions,
  createServerPipeTransport,
  createServerSocketTransport,
  IPCMessageReader,
  IPCMessageWriter,
  Message,
  type MessageReader,
  type MessageWriter,
  PortMessageReader,
  PortMessageWriter,
  StreamMessageReader,
  StreamMessageWriter,
} from 'vscode-languageserver/node';

/*
 * The server works in a thread of its own, since an analysis runs to its end before that thread reads again. The main thread
 * only carries messages, and counts in shared memory those that change what is analysed: so a running analysis sees the next
 * keystroke while it still waits to be read.
 */

interface ServerData {
  readonly kind: 'lsp';
  readonly received: Int32Array;
}

/** What the working thread talks to. */
export interface Line {
  readonly reader: MessageReader;
  readonly writer: MessageWriter;
  readonly options: ConnectionOptions;
  /** A change has arrived that has not been read yet. */
  readonly hasChanged: () => boolean;
}

/** Carries messages between the client and a working thread until one of them ends. */
export function startPump([reader, writer]: Transport): void {
  const received = new Int32Array(new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT));
  const data: ServerData = { kind: 'lsp', received };
  const worker = new Worker(realpathSync(process.argv[1] ?? ''), { workerData: data, stdout: true });
  // Standard output is the client's.
  worker.stdout.pipe(process.stderr);
  let isShutDown = false;
  reader.listen((message) => {
    if (isChange(message)) Atomics.add(received, 0, 1);
    isShutDown ||= methodOf(message) === 'shutdown';
    worker.postMessage(message);
  });
  worker.on('message', (message: Message) => writer.write(message).catch(() => {}));
  worker.on('error', (error) => {
    process.stderr.write(`initscope: internal error: ${error.stack ?? error.message}\n`);
    process.exit(1);
  });
  worker.on('exit', (code) => process.exit(code));
  const hangUp = () => process.exit(isShutDown ? 0 : 1);
  reader.onClose(hangUp);
  process.on('disconnect', hangUp);
}

/** The working thread's end of the line; `null` in other threads. */
export function openLine(): Line | null {
  const data = workerData as ServerData | null;
  if (isMainThread || parentPort === null || data?.kind !== 'lsp') return null;
  let handled = 0;
  return {
    reader: new PortMessageReader(parentPort),
    writer: new PortMessageWriter(parentPort),
    options: {
      messageStrategy: {
        handleMessage(message, next) {
          try {
            return next(message);
          } finally {
            if (isChange(message)) handled++;
          }
        },
      },
    },
    hasChanged: () => Atomics.load(data.received, 0) !== handled,
  };
}

export type Transport = readonly [MessageReader, MessageWriter];

/** The transport that the command line names; `null` where it names none. */
export function transportOf(argv: readonly string[]): Transport | null {
  for (const [index, argument] of argv.entries()) {
    const [name, given] = argument.split('=', 2);
    const value = given ?? argv[index + 1] ?? '';
    if (name === '--stdio') return [new StreamMessageReader(process.stdin), new StreamMessageWriter(process.stdout)];
    if (name === '--node-ipc') return [new IPCMessageReader(process), new IPCMessageWriter(process)];
    if (name === '--socket') return createServerSocketTransport(Number(value));
    if (name === '--pipe') return createServerPipeTransport(value);
  }
  return null;
}

const changes = new Set([
  'textDocument/didChange',
  'notebookDocument/didChange',
  'workspace/didChangeConfiguration',
  'workspace/didChangeWatchedFiles',
  'shutdown',
  'exit',
]);

function isChange(message: Message): boolean {
  return changes.has(methodOf(message));
}

function methodOf(message: Message): string {
  return Message.isRequest(message) || Message.isNotification(message) ? message.method : '';
}
