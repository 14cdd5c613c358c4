import { useEffect, useState } from 'preact/hooks';
import { type Credentials, type RequestView, readCredentials } from '../api/calls.ts';
import { type Acting, useActOn, useActing } from '../parts/act.tsx';
import { Fault } from '../parts/fault.tsx';
import { ConsoleForm } from './console-form.tsx';
import { ShownCredentials } from './credentials.tsx';

/** What whoever asked may do with it now. */
export const Having = ({ request, onActed }: { request: RequestView; onActed: () => void }) => {
  const { actions } = request;
  const { credentials, hide, getting, get } = useCredentials(request);
  const { busy, fault, doAct } = useActOn(request, onActed);
  return (
    <>
      <div class="actions">
        {actions.includes('credentials') && (
          <button type="button" disabled={getting.busy} onClick={get}>
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
            {request.grant?.state === 'scheduled' ? 'Give it up' : 'End it now'}
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
            {request.status === 'pending' ? 'Cancel' : 'Ask for no more time'}
          </button>
        )}
      </div>
      {isWithheld(request) && <Withheld getting={getting} onTry={get} />}
      <Fault error={getting.fault ?? fault} />
      {credentials && <ShownCredentials request={request} credentials={credentials} onHide={hide} />}
    </>
  );
};

/** Theirs, and its time goes on, yet nothing is given out: a hold, the hours, or another access policy. */
const isWithheld = ({ actions, grant }: RequestView): boolean =>
  grant?.state === 'active' && actions.includes('end') && !actions.includes('credentials');

/** Credentials that were got for this page; gone as soon as there could be no others. */
const useCredentials = (request: RequestView) => {
  const [credentials, setCredentials] = useState<Credentials>();
  const getting = useActing();
  const isOver = !request.actions.includes('end');
  useEffect(() => {
    if (isOver) setCredentials(undefined);
  }, [isOver]);
  return {
    credentials,
    getting,
    get: () => {
      getting.run(() => readCredentials(request.id), setCredentials, 'The credentials are on the page.');
    },
    hide: () => {
      setCredentials(undefined);
    },
  };
};

/** Only the attempt says what is against it; nothing else is done by one that is refused. */
const Withheld = ({ getting: { busy }, onTry }: { getting: Acting; onTry: () => void }) => (
  <div role="status" class="notice">
    <p>Nothing is given out right now, though your time goes on.</p>
    <button type="button" class="quiet" disabled={busy} onClick={onTry}>
      Try, and see why
    </button>
  </div>
);
