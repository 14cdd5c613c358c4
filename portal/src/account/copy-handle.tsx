import { announce } from '../app/announcer.tsx';

/** What one is called in the ledger; a colleague who is away needs it to delegate to one. */
export const CopyHandle = ({ handle }: { handle: string }) => (
  <>
    <code class="handle">{handle}</code>{' '}
    <button
      type="button"
      class="quiet"
      onClick={() => {
        navigator.clipboard.writeText(handle).then(
          () => {
            announce('The handle is copied.');
          },
          () => {
            announce('The browser did not copy it.');
          },
        );
      }}
    >
      Copy the handle
    </button>
  </>
);
