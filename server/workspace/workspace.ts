/**
 * The outside world, as the analyzer sees it: text by absolute path, open editors before the disk. Its in-memory twin
 * makes every feature testable without an editor or a disk.
 */
export interface Workspace {
  /** Workspace folders, absolute. */
  readonly roots: readonly string[];
  /** Further import roots, in order: `--search-path`, `searchPaths`, site-packages. */
  readonly searchPaths: readonly string[];
  /** The text of a file or open document, `null` where there is none. Notebooks come flattened (see `notebook.ts`). */
  read(path: string): { readonly text: string; readonly version: number | string } | null;
  isFile(path: string): boolean;
  isDirectory(path: string): boolean;
  /** Whatever was answered once is answered for ever: nothing needs to be asked again. */
  readonly isFixed?: boolean;
}
