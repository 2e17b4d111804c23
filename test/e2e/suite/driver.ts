import process from 'node:process';
import type { DriverCommand, DriverCommands } from '../vscode/driver.ts';

/** Asks the window around this extension host to do something; see `DriverCommands`. */
export async function drive<Name extends DriverCommand>(
  name: Name,
  request: DriverCommands[Name]['request'],
): Promise<DriverCommands[Name]['response']> {
  const url = process.env.E2E_DRIVER;
  if (url === undefined) throw new Error('this window has no driver: it was not started by vscode-browser.ts');
  const response = await fetch(url + name, { method: 'POST', body: JSON.stringify(request) });
  if (!response.ok) throw new Error(await response.text());
  return (await response.json()) as DriverCommands[Name]['response'];
}

/** Asks again and again until there is an answer. */
export async function until<T>(
  ask: () => T | undefined | null | Promise<T | undefined | null>,
  timeoutMs = 20_000,
): Promise<T> {
  const end = Date.now() + timeoutMs;
  for (;;) {
    const answer = await ask();
    if (answer !== undefined && answer !== null) return answer;
    if (Date.now() > end) throw new Error(`no answer within ${timeoutMs} ms: ${ask}`);
    await sleep(50);
  }
}

export function sleep(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
