/** What a command may touch, so that commands can be tested without a process. */
export interface CommandIo {
  out(text: string): void;
  err(text: string): void;
  readonly cwd: string;
  readonly env: Readonly<Record<string, string | undefined>>;
}

/** The command line is wrong: printed with the usage, exit code 2. */
export class UsageError extends Error {}
