import { spawn } from 'node:child_process';
import path from 'node:path';
import process from 'node:process';

export function packageHome(directory: string): string {
  return path.join(directory, 'node_modules', '@tensorflow', 'tfjs-node');
}

/** Runs a program to its end and gives its output; throws with the telling lines of it where the program fails. */
export function run(
  command: string,
  arguments_: readonly string[],
  cwd: string,
  env: Record<string, string> = {},
): Promise<string> {
  return new Promise((resolve, reject) => {
    // VS Code's own executable is Electron: told so, it runs as plain Node.
    const child = spawn(command, arguments_, {
      cwd,
      env: { ...process.env, ELECTRON_RUN_AS_NODE: '1', TF_CPP_MIN_LOG_LEVEL: '3', ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
      shell: command.endsWith('.cmd'),
      timeout: 600_000,
    });
    let output = '';
    child.stdout.on('data', (data) => {
      output += data;
    });
    child.stderr.on('data', (data) => {
      output += data;
    });
    child.on('error', (error) => reject(new Error(`${command}: ${error.message}`)));
    child.on('close', (code, signal) => {
      if (code === 0) resolve(output);
      else reject(new Error(`${path.basename(command)} ended with ${signal ?? code}: ${lastWords(output)}`));
    });
  });
}

/** The line that says what is wrong, if there is one, and the end of the output. */
function lastWords(output: string): string {
  const lines = output.split('\n').filter((line) => line.trim() !== '');
  const errors = lines.filter((line) => /error/i.test(line)).slice(0, 3);
  return [...new Set([...errors, ...lines.slice(-5)])].join('\n');
}
