import { useSession } from '../run/session-context.ts';
import { dispatch, state } from '../store.ts';

/** What went wrong, in words, and what the host has to say. */
export function Notices() {
  const { notice, recording, open } = state.value;
  const failed = recording?.failed;
  const session = useSession();
  const layer = failed?.layer === null ? undefined : open?.graph.layers.find((one) => one.id === failed?.layer);
  const canInstall = open?.engines.some((one) => one.engine === 'tfjs-node' && !one.available);
  return (
    <>
      {failed && (
        <div class="notice error" role="alert">
          <strong>The probe has ended.</strong> {failed.message} {failed.hint}{' '}
          {layer && (
            <button type="button" class="link" onClick={() => session.reveal(layer.id)}>
              {layer.name}
            </button>
          )}{' '}
          {failed.kind === 'engineUnavailable' && canInstall && session.hasEditor && (
            <button type="button" onClick={() => session.install('tfjs-node')}>
              Install TensorFlow for Node
            </button>
          )}
        </div>
      )}
      {notice && (
        <div class={`notice ${notice.level}`} role={notice.level === 'error' ? 'alert' : 'status'}>
          {notice.text}
          <button type="button" class="quiet" onClick={() => dispatch({ type: 'notice', notice: null })}>
            Dismiss
          </button>
        </div>
      )}
    </>
  );
}
