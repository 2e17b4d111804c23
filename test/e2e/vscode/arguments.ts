import path from 'node:path';

/** What VS Code's desktop binary is told on its command line, as far as tests need it. */
export interface EditorArguments {
  readonly folder: string | null;
  readonly developmentPaths: readonly string[];
  readonly testsPath: string | null;
  readonly userData: string | null;
  readonly extensions: string | null;
  readonly workspaceTrust: boolean;
  /** A .vsix to install instead of opening a window. */
  readonly install: string | null;
}

export function parseEditorArguments(argv: readonly string[]): EditorArguments {
  const options = new Map<string, string>();
  const developmentPaths: string[] = [];
  let folder: string | null = null;
  for (const argument of argv) {
    const match = /^--([\w-]+)(?:=(.*))?$/s.exec(argument);
    if (match?.[1] === undefined) folder = path.resolve(argument);
    else if (match[1] === 'extensionDevelopmentPath') developmentPaths.push(path.resolve(match[2] ?? ''));
    else options.set(match[1], match[2] ?? '');
  }
  return {
    folder,
    developmentPaths,
    testsPath: options.get('extensionTestsPath') ?? null,
    userData: options.get('user-data-dir') ?? null,
    extensions: options.get('extensions-dir') ?? null,
    workspaceTrust: !options.has('disable-workspace-trust'),
    install: options.get('install-extension') ?? null,
  };
}
