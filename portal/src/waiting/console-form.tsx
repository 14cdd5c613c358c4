import { useState } from 'preact/hooks';
import type { RequestView } from '../api/calls.ts';
import { useMe } from '../app/session.tsx';

/**
 * A plain form that opens the console in a tab of its own: the sign-in URL never passes through this page. Each form opens one
 * session: what it is sent with stands for it once.
 */
export const ConsoleForm = ({ request }: { request: RequestView }) => {
  const me = useMe();
  const [once, setOnce] = useState(() => crypto.randomUUID());
  return (
    <form
      method="post"
      action={`/v1/requests/${request.id}/console`}
      target="_blank"
      rel="noopener"
      onSubmit={() => {
        // After this form has gone: the next one is another.
        setTimeout(() => {
          setOnce(crypto.randomUUID());
        });
      }}
    >
      <input type="hidden" name="csrf" value={me?.csrf ?? ''} />
      <input type="hidden" name="once" value={once} />
      <button type="submit" disabled={!me}>
        Open the console
      </button>
      <label class="inline">
        <input type="checkbox" name="logoutFirst" value="true" /> sign out of the console first
      </label>
    </form>
  );
};
