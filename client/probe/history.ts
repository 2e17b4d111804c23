import * as vscode from 'vscode';

export interface PastRun {
  readonly model: string;
  /** ISO 8601. */
  readonly time: string;
  readonly summary: unknown;
}

export interface History {
  add(model: string, summary: unknown): Promise<void>;
  /** Newest first. */
  list(): Promise<readonly PastRun[]>;
}

const kept = 50;

/** Finished runs, one file each in the workspace's storage (the extension's where there is no workspace); they survive restarts. */
export function createHistory(context: vscode.ExtensionContext): History {
  const folder = vscode.Uri.joinPath(context.storageUri ?? context.globalStorageUri, 'runs');

  async function names(): Promise<readonly string[]> {
    const files = await Promise.resolve(vscode.workspace.fs.readDirectory(folder)).catch(() => []);
    return files.flatMap(([name]) => (name.endsWith('.json') ? [name] : [])).sort();
  }

  return {
    async add(model, summary) {
      const time = new Date().toISOString();
      const run: PastRun = { model, time, summary };
      await vscode.workspace.fs.createDirectory(folder);
      await vscode.workspace.fs.writeFile(
        vscode.Uri.joinPath(folder, `${time.replaceAll(':', '-')}.json`),
        Buffer.from(JSON.stringify(run)),
      );
      const old = (await names()).slice(0, -kept);
      await Promise.all(old.map((name) => vscode.workspace.fs.delete(vscode.Uri.joinPath(folder, name))));
    },
    async list() {
      const newest = [...(await names())].reverse();
      const runs = await Promise.all(newest.map((name) => read(vscode.Uri.joinPath(folder, name))));
      return runs.flatMap((run) => run ?? []);
    },
  };
}

async function read(file: vscode.Uri): Promise<PastRun | null> {
  try {
    return JSON.parse(Buffer.from(await vscode.workspace.fs.readFile(file)).toString('utf8')) as PastRun;
  } catch {
    return null;
  }
}
