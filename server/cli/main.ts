/**
 * The `initscope` command: one bundle for the command line and for the language server.
 * Exit codes: 0 fine, 1 findings, 2 wrong usage or an internal error.
 */
import process from 'node:process';
import { serveLanguage, startServer } from '../lsp/main.ts';
import { check } from './check.ts';
import { serveCheck } from './check-threads.ts';
import { inspect } from './inspect.ts';
import { type CommandIo, UsageError } from './io.ts';
import { probe } from './probe.ts';
import { usage } from './usage.ts';
import { version } from './version.ts';

const io: CommandIo = {
  out: (text) => void process.stdout.write(text),
  err: (text) => void process.stderr.write(text),
  cwd: process.cwd(),
  env: process.env,
};

if (!serveCheck(io) && !serveLanguage()) process.exitCode = await main(process.argv.slice(2));

async function main(argv: readonly string[]): Promise<number> {
  const [command, ...rest] = argv;
  try {
    switch (command) {
      case 'check':
        return await check(rest, io);
      case 'inspect':
        return await inspect(rest, io);
      case 'probe':
        return await probe(rest, io);
      case 'lsp':
        startServer(rest);
        return 0;
      case '--version':
      case '-V':
        io.out(`initscope ${version}\n`);
        return 0;
      case '--help':
      case '-h':
      case 'help':
        io.out(usage);
        return 0;
      default:
        throw new UsageError(command === undefined ? 'no command given' : `unknown command: ${command}`);
    }
  } catch (error) {
    if (error instanceof UsageError) {
      io.err(`initscope: ${error.message}\n\n${usage}`);
    } else {
      io.err(`initscope: internal error: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`);
    }
    return 2;
  }
}
