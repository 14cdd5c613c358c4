import { useState } from 'preact/hooks';
import { type Credentials, type RequestView, readCredentials } from '../api/calls.ts';
import { useActOn, useActing } from '../parts/act.tsx';
import { Fault } from '../parts/fault.tsx';
import { ConsoleForm } from './console-form.tsx';
import { ShownCredentials } from './credentials.tsx';

/** What whoever asked may do with it now. */
export const Having = ({ request, onActed }: { request: RequestView; onActed: () => void }) => {
  const { actions } = request;
  const [credentials, setCredentials] = useState<Credentials>();
  const getting = useActing();
  const { busy, fault, doAct } = useActOn(request, onActed);
  return (
    <>
      <div class="actions">
        {actions.includes('credentials') && (
          <button
            type="button"
            disabled={getting.busy}
            onClick={() => {
              getting.run(() => readCredentials(request.id), setCredentials, 'The credentials are on the page.');
            }}
          >
            Get credentials
          </button>
        )}
        {actions.includes('console') && <ConsoleForm request={request} />}
        {actions.includes('end') && (
          <button
            type="button"
            class="quiet"
            disabled={busy}
            onClick={() => {
              doAct('end', 'Given back.');
            }}
          >
            End it now
          </button>
        )}
        {actions.includes('cancel') && (
          <button
            type="button"
            class="quiet"
            disabled={busy}
            onClick={() => {
              doAct('cancel', 'Taken back.');
            }}
          >
            Cancel
          </button>
        )}
      </div>
      <Fault error={getting.fault ?? fault} />
      {credentials && (
        <ShownCredentials
          credentials={credentials}
          onHide={() => {
            setCredentials(undefined);
          }}
        />
      )}
    </>
  );
};
