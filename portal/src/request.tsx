import { useState } from 'preact/hooks';
import { type Credentials, type RequestView, act, readCredentials } from './api.ts';
import { ShownCredentials } from './credentials.tsx';
import { Countdown, Fault, When, durationText } from './parts.tsx';

type Person = RequestView['requester'];

const Name = ({ of }: { of: Person }) => <bdi>{of.displayName ?? of.email ?? of.handle}</bdi>;

interface RequestProps {
  readonly request: RequestView;
  readonly csrf: string;
  readonly onActed: () => void;
}

export const Request = ({ request, csrf, onActed }: RequestProps) => {
  const { actions } = request;
  const [credentials, setCredentials] = useState<Credentials>();
  const [fault, setFault] = useState<unknown>();
  const [once, setOnce] = useState(() => crypto.randomUUID());
  const [busy, setBusy] = useState(false);

  const run = (what: () => Promise<unknown>): void => {
    setBusy(true);
    setFault(undefined);
    what()
      .catch(setFault)
      .finally(() => {
        setBusy(false);
        onActed();
      });
  };
  // A page may be older than the request: what was asked for since is not decided on by it.
  const shown = { seq: request.seq };
  const doing = (action: string, body?: object) => () => {
    run(() => act(request.id, action, body));
  };

  return (
    <li class="card">
      <Facts request={request} />
      <div class="actions">
        {actions.includes('credentials') && (
          <button
            type="button"
            disabled={busy}
            onClick={() => {
              run(async () => {
                setCredentials(await readCredentials(request.id));
              });
            }}
          >
            Get credentials
          </button>
        )}
        {actions.includes('console') && (
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
            <input type="hidden" name="csrf" value={csrf} />
            <input type="hidden" name="once" value={once} />
            <label>
              <input type="checkbox" name="logoutFirst" value="true" /> sign out of the console first
            </label>
            <button type="submit">Open the console</button>
          </form>
        )}
        {actions.includes('end') && <Act label="End it now" busy={busy} onAct={doing('end')} />}
        {actions.includes('cancel') && <Act label="Cancel" busy={busy} onAct={doing('cancel')} />}
        {actions.includes('approve') && <Act label="Approve" busy={busy} onAct={doing('approve', shown)} />}
      </div>
      {(['deny', 'revoke'] as const).map(
        (action) =>
          actions.includes(action) && (
            <WithReason
              key={action}
              label={action === 'deny' ? 'Deny' : 'Revoke'}
              busy={busy}
              onAct={(reason) => {
                doing(action, action === 'deny' ? { ...shown, reason } : { reason })();
              }}
            />
          ),
      )}
      <Fault error={fault} />
      {credentials && (
        <ShownCredentials
          credentials={credentials}
          onHide={() => {
            setCredentials(undefined);
          }}
        />
      )}
    </li>
  );
};

const Act = ({ label, busy, onAct }: { label: string; busy: boolean; onAct: () => void }) => (
  <button type="button" disabled={busy} onClick={onAct}>
    {label}
  </button>
);

const WithReason = ({ label, busy, onAct }: { label: string; busy: boolean; onAct: (reason: string) => void }) => {
  const [reason, setReason] = useState('');
  return (
    <details>
      <summary>{label}…</summary>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          onAct(reason);
        }}
      >
        <label>
          Reason
          <textarea
            dir="auto"
            required
            maxLength={2000}
            value={reason}
            onInput={(event) => {
              setReason(event.currentTarget.value);
            }}
          />
        </label>
        <button type="submit" disabled={busy || reason.trim() === ''}>
          {label}
        </button>
      </form>
    </details>
  );
};

const Facts = ({ request }: { request: RequestView }) => {
  const { title, status, requester, accountId, roleArn, justification, ticket, scope, grant, closed, sessionsEnded } =
    request;
  return (
    <>
      <h3>
        <bdi>{title}</bdi> <span class={`status ${status}`}>{status}</span>
      </h3>
      <p class="words" dir="auto">
        {justification}
      </p>
      <dl>
        <Fact name="For">
          <Name of={requester} />, {durationText(request.grantedSeconds ?? request.durationSeconds)}
        </Fact>
        <Fact name="Role">
          {roleArn.slice(roleArn.lastIndexOf('/') + 1)} in {accountId}
        </Fact>
        {ticket !== undefined && (
          <Fact name="Ticket">
            <bdi>{ticket}</bdi>
          </Fact>
        )}
        {scope && (
          <Fact name="Only">
            {scope.words.map((line) => (
              <div key={line}>
                <bdi>{line}</bdi>
              </div>
            ))}
          </Fact>
        )}
        <Fact name="Asked">
          <When at={request.createdAt} />
        </Fact>
        {status === 'pending' && (
          <Fact name="Waits for">
            {request.approvalsNeeded === 1 ? 'one more approval' : `${request.approvalsNeeded} more approvals`}
            {request.pendingUntil !== undefined && (
              <>
                , <Countdown until={request.pendingUntil} /> left
              </>
            )}
          </Fact>
        )}
        {grant && grant.state !== 'ended' && (
          <Fact name={grant.state === 'active' ? 'Time left' : 'Starts in'}>
            <Countdown until={grant.state === 'active' ? grant.endsAt : grant.startsAt} />, until{' '}
            <When at={grant.endsAt} />
          </Fact>
        )}
        {closed && (
          <Fact name="Closed">
            <Name of={closed.by} />, <When at={closed.at} />{' '}
            {closed.reason !== undefined && <bdi class="words">{closed.reason}</bdi>}
          </Fact>
        )}
        {sessionsEnded && (
          <Fact name="Sessions ended">
            <When at={sessionsEnded.at} />, {Math.ceil(sessionsEnded.tookMs / 1000)} s after that
          </Fact>
        )}
      </dl>
    </>
  );
};

const Fact = ({ name, children }: { name: string; children: preact.ComponentChildren }) => (
  <div>
    <dt>{name}</dt>
    <dd>{children}</dd>
  </div>
);
