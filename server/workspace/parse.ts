import type { Language, Module } from '../syntax/ast.ts';
import { parseJavaScript } from '../syntax/javascript.ts';
import { parsePython, parsePythonOnce } from '../syntax/python.ts';
import { listedInText } from './exported-names.ts';
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
  /** `__all__` of a Python file, without parsing the rest of it; `null` where it has none. */
  listedNames(path: string): ReadonlySet<string> | null;
}

/** So many of the files that were asked for last are kept, whether or not somebody still uses them. */
const maxRecent = 64;

export function createSourceCache(workspace: Workspace): SourceCache {
  // What nobody uses any more may go: the trees of a whole repository are large.
  const sources = new Map<string, WeakRef<Source>>();
  const recent = new Map<string, Source>();
  const listed = new Map<string, { readonly version: Source['version']; readonly names: ReadonlySet<string> | null }>();
  return {
    listedNames(path) {
      const read = workspace.read(path);
      if (read === null || languageOf(path) !== 'python') return null;
      const known = listed.get(path);
      if (known?.version === read.version) return known.names;
      const names = listedInText(read.text);
      listed.set(path, { version: read.version, names });
      return names;
    },
    get(path) {
      const read = workspace.read(path);
      if (read === null) return null;
      const known = sources.get(path)?.deref();
      if (known !== undefined && (known.version === read.version || known.text === read.text)) return keep(known);
      const language = languageOf(path);
      const syntax =
        language === 'javascript'
          ? parseJavaScript(read.text, { typescript: /\.[cm]?tsx?$/.test(path) })
          : workspace.isFixed === true
            ? parsePythonOnce(read.text)
            : parsePython(read.text, known?.syntax);
      const source: Source = { path, text: read.text, version: read.version, language, syntax };
      sources.set(path, new WeakRef(source));
      return keep(source);
    },
  };

  function keep(source: Source): Source {
    recent.delete(source.path);
    recent.set(source.path, source);
    const [oldest] = recent.keys();
    if (recent.size > maxRecent && oldest !== undefined) recent.delete(oldest);
    return source;
  }
}

export function languageOf(path: string): Language {
  return /\.[cm]?[jt]sx?$/.test(path) ? 'javascript' : 'python';
}
