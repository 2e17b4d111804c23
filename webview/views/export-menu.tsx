import { useRef } from 'preact/hooks';
import { type ExportFormat, exportFormats, exportRun } from '../export/export.ts';
import { useSession } from '../run/session-context.ts';
import { dispatch, recording } from '../store.ts';

const formats: readonly ExportFormat[] = Object.keys(exportFormats) as ExportFormat[];

/** The figures as pictures, the numbers as tables. */
export function ExportMenu() {
  const session = useSession();
  const menu = useRef<HTMLDetailsElement>(null);
  const close = (): void => menu.current?.removeAttribute('open');
  const save = async (format: ExportFormat): Promise<void> => {
    close();
    try {
      const { name, content, encoding } = await exportRun(format);
      session.exportFile(name, content, encoding);
    } catch (error) {
      dispatch({ type: 'notice', notice: { level: 'error', text: `Export failed: ${String(error)}` } });
    }
  };
  if (!recording.value?.ready) return null;
  return (
    <details
      ref={menu}
      class="menu"
      onKeyDown={(event) => {
        if (event.key !== 'Escape') return;
        close();
        menu.current?.querySelector('summary')?.focus();
      }}
    >
      <summary>Export</summary>
      <div class="menu-items">
        {formats.map((format) => (
          <button type="button" key={format} onClick={() => void save(format)}>
            {exportFormats[format]}
          </button>
        ))}
      </div>
    </details>
  );
}
