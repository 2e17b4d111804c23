/**
 * Serves a VS Code with the built extension, opened on the samples, and prints its address: `node test/e2e/open-samples.ts
 * [FOLDER] [PORT]`. Ctrl+C ends it.
 */
import path from 'node:path';
import process from 'node:process';
import { setupVscode } from './setup-vscode.ts';
import { startVscodeServer, type VscodeServer, windowUrl } from './vscode/server.ts';

const root = path.resolve(import.meta.dirname, '../..');

/** Starts the editor's server with the extension from this checkout. */
export async function openSamples(
  folder = path.join(root, 'samples'),
  port = 0,
): Promise<{ readonly url: string; readonly server: VscodeServer }> {
  const server = startVscodeServer({
    installation: setupVscode(),
    workspaceTrust: false,
    port,
    // Installed by `npm run engine:tfjs-node`.
    environment: { INITSCOPE_TFJS_NODE: process.env.INITSCOPE_TFJS_NODE ?? path.join(root, 'out/tfjs-node') },
  });
  const listening = await server.port;
  if (listening === null) throw new Error(`the VS Code server ended with ${await server.exitCode}`);
  return { server, url: windowUrl(listening, { folder, developmentPath: root }) };
}

if (process.argv[1] === import.meta.filename) {
  const [folder, port] = process.argv.slice(2);
  const { url, server } = await openSamples(folder && path.resolve(folder), Number(port ?? 0));
  console.log(`VS Code with Initscope: ${url}`);
  for (const signal of ['SIGINT', 'SIGTERM'] as const)
    process.on(signal, () => void server.stop().then(() => process.exit(0)));
}
