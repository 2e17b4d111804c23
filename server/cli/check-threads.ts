import { availableParallelism } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { setFlagsFromString } from 'node:v8';
import { isMainThread, parentPort, type ResourceLimits, Worker, workerData } from 'node:worker_threads';
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
 * Far more than an analysis needs. V8 lets a heap that may grow beyond 2 GB become four times what was in use when it last collected,
 * others twice: a whole check takes 2.5 GB instead of 4.1, and no longer.
 */
const maxOldGenerationSizeMb = 2000;
/** What was read and imported is forgotten after so many files, or the memory of a check would grow with the repository. */
const filesPerSession = 2000;

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
  // The collector's own helpers would only wait for a core that another thread works on.
  if (threads === availableParallelism()) setFlagsFromString('--no-parallel-scavenge');
  const shares = divide(files, threads);
  const checked = await Promise.all(shares.map((share) => inThread(script, { kind: 'check', files: share, ...work })));
  const order = new Map(files.map((file, index) => [file, index]));
  return checked.flat().sort((left, right) => (order.get(left.file) ?? 0) - (order.get(right.file) ?? 0));
}

/** In a thread that was started for it: checks its share and ends. False in any other thread. */
export function serveCheck(io: CommandIo): boolean {
  const share = workerData as Share | null;
  if (isMainThread || share?.kind !== 'check') return false;
  const checked: CheckedFile[] = [];
  for (let first = 0; first < share.files.length; first += filesPerSession) {
    const session = openSession(share.options, { ...io, cwd: share.cwd, err: () => {} });
    for (const file of share.files.slice(first, first + filesPerSession))
      checked.push(checkFile(file, session, share.minimum, share.cwd));
  }
  parentPort?.postMessage(checked);
  return true;
}

function divide(files: readonly string[], count: number): readonly (readonly string[])[] {
  const folders = new Map<string, string[]>();
  for (const file of files) {
    const folder = path.dirname(file);
    folders.set(folder, [...(folders.get(folder) ?? []), file]);
  }
  // One folder may hold most of the work.
  const most = Math.ceil(files.length / count / 4);
  const groups = [...folders.values()].flatMap((group) => chunks(group, most));
  const shares = Array.from({ length: count }, (): string[] => []);
  for (const group of groups.sort((left, right) => right.length - left.length)) {
    shares.sort((left, right) => left.length - right.length)[0]?.push(...group);
  }
  return shares.filter((share) => share.length > 0).map((share) => share.sort());
}

function chunks(files: readonly string[], most: number): string[][] {
  return Array.from({ length: Math.ceil(files.length / most) }, (_, index) =>
    files.slice(index * most, (index + 1) * most),
  );
}

/** Where the memory allowed is not enough after all, once more with as much as there is. */
async function inThread(script: string, share: Share): Promise<readonly CheckedFile[]> {
  try {
    return await runThread(script, share, { maxYoungGenerationSizeMb, maxOldGenerationSizeMb });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ERR_WORKER_OUT_OF_MEMORY') throw error;
    return runThread(script, share, { maxYoungGenerationSizeMb });
  }
}

function runThread(script: string, share: Share, resourceLimits: ResourceLimits): Promise<readonly CheckedFile[]> {
  return new Promise((resolve, reject) => {
    const worker = new Worker(script, { workerData: share, resourceLimits });
    worker.once('message', resolve);
    worker.once('error', reject);
    worker.once('exit', () => reject(new Error('a thread ended before its work was done')));
  });
}
