import type { Language, Module } from '../syntax/ast.ts';
import { parseJavaScript } from '../syntax/javascript.ts';
import { parsePython } from '../syntax/python.ts';
import type { Workspace } from './workspace.ts';

/** A file's text with its syntax. */
export interface Source {
  readonly path: string;
  readonly text: string;
  readonly version: number | string;
  readonly language: Language;
  readonly syntax: Module;
}

/** Reads and parses files; a file that has not changed is parsed once. */
export interface SourceCache {
  get(path: string): Source | null;
}

const maxFiles = 4000;

export function createSourceCache(workspace: Workspace): SourceCache {
  const sources = new Map<string, Source>();
  return {
    get(path) {
      const read = workspace.read(path);
      if (read === null) return null;
      const known = sources.get(path);
      if (known !== undefined && (known.version === read.version || known.text === read.text)) return known;
      const language = languageOf(path);
      const syntax =
        language === 'python'
          ? parsePython(read.text)
          : parseJavaScript(read.text, { typescript: /\.[cm]?tsx?$/.test(path) });
      const source: Source = { path, text: read.text, version: read.version, language, syntax };
      if (sources.size >= maxFiles) sources.clear();
      sources.set(path, source);
      return source;
    },
  };
}

export function languageOf(path: string): Language {
  return /\.[cm]?[jt]sx?$/.test(path) ? 'javascript' : 'python';
}
