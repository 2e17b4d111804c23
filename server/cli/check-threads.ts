import { availableParallelism } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { isMainThread, parentPort, Worker, workerData } from 'node:worker_threads';
import type { Severity } from '../../core/rules/finding.ts';
import { type CheckedFile, checkFile } from './check-files.ts';
import type { CommandIo } from './io.ts';
import { openSession, type SessionOptions } from './session.ts';

/** A share of the files of one `check`. */
interface Share {
  readonly kind: 'check';
  readonly files: readonly string[];
  readonly options: SessionOptions;
  readonly minimum: Severity | null;
  readonly cwd: string;
}

/** Below so many files a second thread does not pay: it reads what both import once more. */
const fewFiles = 200;
const maxThreads = 4;
/** An analysis makes many objects that live as long as a model is built: a collector that copies them too soon costs a tenth of the time. */
const maxYoungGenerationSizeMb = 128;

/**
 * Checks files in several threads, folder by folder, since the files of one import each other; `null` where that does not pay
 * or this is not the bundle, which is what a thread runs.
 */
export async function checkInThreads(
  files: readonly string[],
  work: Omit<Share, 'kind' | 'files'>,
): Promise<readonly CheckedFile[] | null> {
  const script = fileURLToPath(import.meta.url);
  const threads = Math.min(maxThreads, availableParallelism());
  if (files.length < fewFiles || threads < 2 || !script.endsWith('.js')) return null;
  const shares = divide(files, threads);
  const checked = await Promise.all(shares.map((share) => inThread(script, { kind: 'check', files: share, ...work })));
  const order = new Map(files.map((file, index) => [file, index]));
  return checked.flat().sort((left, right) => (order.get(left.file) ?? 0) - (order.get(right.file) ?? 0));
}

/** In a thread that was started for it: checks its share and ends. False in any other thread. */
export function serveCheck(io: CommandIo): boolean {
  const share = workerData as Share | null;
  if (isMainThread || share?.kind !== 'check') return false;
  const session = openSession(share.options, { ...io, cwd: share.cwd, err: () => {} });
  parentPort?.postMessage(share.files.map((file) => checkFile(file, session, share.minimum, share.cwd)));
  return true;
}

function divide(files: readonly string[], count: number): readonly (readonly string[])[] {
  const folders = new Map<string, string[]>();
  for (const file of files) {
    const folder = path.dirname(file);
    folders.set(folder, [...(folders.get(folder) ?? []), file]);
  }
  const shares = Array.from({ length: count }, (): string[] => []);
  for (const group of [...folders.values()].sort((left, right) => right.length - left.length)) {
    shares.sort((left, right) => left.length - right.length)[0]?.push(...group);
  }
  return shares.filter((share) => share.length > 0).map((share) => share.sort());
}

function inThread(script: string, share: Share): Promise<readonly CheckedFile[]> {
  return new Promise((resolve, reject) => {
    const worker = new Worker(script, { workerData: share, resourceLimits: { maxYoungGenerationSizeMb } });
    worker.once('message', resolve);
    worker.once('error', reject);
    worker.once('exit', () => reject(new Error('a thread ended before its work was done')));
  });
}
