/** Where the trainer's worker and its WebAssembly files are; from the data attributes of the page's root. */
export interface WorkerAssets {
  readonly worker: string;
  readonly wasm: Readonly<Record<string, string>>;
}

export function readAssets(root: HTMLElement): WorkerAssets | null {
  const { worker, wasm } = root.dataset;
  return worker === undefined || wasm === undefined
    ? null
    : { worker, wasm: JSON.parse(wasm) as Record<string, string> };
}

/**
 * Starts the trainer's worker. In a webview a worker cannot be built from an address of the webview (other origin), and its own
 * fetch of one would hang for ever, so the page fetches the bundle and the `.wasm` files and hands them over as blobs.
 */
export async function startWorker(
  assets: WorkerAssets,
  init: (wasm: Record<string, string>) => unknown,
): Promise<Worker> {
  const { source, wasm } = await load(assets);
  const address = URL.createObjectURL(new Blob([source], { type: 'text/javascript' }));
  const worker = new Worker(address, { type: 'module', name: 'initscope-trainer' });
  worker.postMessage(init(wasm));
  return worker;
}

interface Loaded {
  readonly source: string;
  /** Blob addresses by file name. */
  readonly wasm: Record<string, string>;
}

let loaded: Promise<Loaded> | null = null;

/** Fetched once for all workers of the page. A failure is forgotten, so that the next start tries again. */
function load(assets: WorkerAssets): Promise<Loaded> {
  loaded ??= fetchAll(assets).catch((error: unknown) => {
    loaded = null;
    throw error;
  });
  return loaded;
}

async function fetchAll(assets: WorkerAssets): Promise<Loaded> {
  const [source, ...files] = await Promise.all([
    get(assets.worker).then((response) => response.text()),
    ...Object.entries(assets.wasm).map(async ([name, address]): Promise<[string, string]> => {
      const bytes = await (await get(address)).arrayBuffer();
      return [name, URL.createObjectURL(new Blob([bytes], { type: 'application/wasm' }))];
    }),
  ]);
  return { source, wasm: Object.fromEntries(files) };
}

async function get(address: string): Promise<Response> {
  const response = await fetch(address);
  if (!response.ok) throw new Error(`${address}: ${response.status} ${response.statusText}`);
  return response;
}
