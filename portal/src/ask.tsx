import { useState } from 'preact/hooks';
import { type Ask as Asked, type EntitlementView, Refused, submit } from './api.ts';
import { Fault, durationText } from './parts.tsx';

const CHOICES = [900, 1800, 3600, 2 * 3600, 4 * 3600, 8 * 3600, 12 * 3600];

/** The choices that fit, and the longest there is. */
const choicesUpTo = (maxSeconds: number): readonly number[] => [
  ...CHOICES.filter((seconds) => seconds < maxSeconds),
  maxSeconds,
];

const waitsFor = ({ approval }: EntitlementView): string =>
  approval === 'auto'
    ? 'Granted at once.'
    : `Needs approval${approval.stages.length > 1 ? `, in ${approval.stages.length} stages` : ''}.`;

export const Entitlements = ({
  entitlements,
  onAsked,
}: {
  entitlements: readonly EntitlementView[];
  onAsked: () => void;
}) => (
  <section aria-labelledby="entitlements">
    <h2 id="entitlements">What you may borrow</h2>
    {entitlements.length === 0 && <p>No group of yours makes you eligible for a role.</p>}
    <ul class="cards">
      {entitlements.map((entitlement) => (
        <li key={entitlement.id} class="card">
          <h3>
            <bdi>{entitlement.title}</bdi>
          </h3>
          <p>
            Account <bdi>{entitlement.accountName}</bdi> ({entitlement.accountId}), at most{' '}
            {durationText(entitlement.maxDurationSeconds)}. {waitsFor(entitlement)}
          </p>
          <details>
            <summary>Ask for it</summary>
            <Ask entitlement={entitlement} onAsked={onAsked} />
          </details>
        </li>
      ))}
    </ul>
  </section>
);

/** Both or neither are empty, or the server says which is missing. */
const scopeOf = (actions: string, resources: string): Pick<Asked, 'scope'> => {
  const lines = (text: string): readonly string[] => text.split(/\s+/).filter((line) => line !== '');
  const scope = { actions: lines(actions), resources: lines(resources) };
  return scope.actions.length + scope.resources.length === 0 ? {} : { scope };
};

const Ask = ({ entitlement, onAsked }: { entitlement: EntitlementView; onAsked: () => void }) => {
  const { id, maxDurationSeconds, justification: rule, ticket: ticketRule } = entitlement;
  const [justification, setJustification] = useState('');
  const [seconds, setSeconds] = useState(Math.min(3600, maxDurationSeconds));
  const [ticket, setTicket] = useState('');
  const [actions, setActions] = useState('');
  const [resources, setResources] = useState('');
  const [key, setKey] = useState(() => crypto.randomUUID());
  const [busy, setBusy] = useState(false);
  const [fault, setFault] = useState<unknown>();

  const ask = async (): Promise<void> => {
    setBusy(true);
    setFault(undefined);
    try {
      const given = ticket.trim() === '' ? {} : { ticket: ticket.trim() };
      const part = scopeOf(actions, resources);
      await submit({ entitlementId: id, justification, durationSeconds: seconds, ...given, ...part }, key);
      setKey(crypto.randomUUID());
      setJustification('');
      setTicket('');
      setActions('');
      setResources('');
      onAsked();
    } catch (error) {
      // Without an answer it may have been taken: the next try is the same request.
      if (error instanceof Refused) setKey(crypto.randomUUID());
      setFault(error);
    }
    setBusy(false);
  };

  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        void ask();
      }}
    >
      <label>
        Why do you need it? <small>At least {rule.minLength} characters; approvers and auditors read it.</small>
        <textarea
          dir="auto"
          required
          minLength={rule.minLength}
          maxLength={2000}
          value={justification}
          onInput={(event) => {
            setJustification(event.currentTarget.value);
          }}
        />
      </label>
      <label>
        For how long?
        <select
          value={seconds}
          onChange={(event) => {
            setSeconds(Number(event.currentTarget.value));
          }}
        >
          {choicesUpTo(maxDurationSeconds).map((choice) => (
            <option key={choice} value={choice}>
              {durationText(choice)}
            </option>
          ))}
        </select>
      </label>
      {ticketRule && (
        <label>
          Ticket{' '}
          <small>
            {ticketRule.required ? 'Required' : 'Optional'}, of the form {ticketRule.pattern}
          </small>
          <input
            type="text"
            autoComplete="off"
            required={ticketRule.required}
            maxLength={128}
            value={ticket}
            onInput={(event) => {
              setTicket(event.currentTarget.value);
            }}
          />
        </label>
      )}
      {entitlement.scope && (
        <details>
          <summary>Only a part of the role</summary>
          <label>
            Actions <small>Such as s3:GetObject, one a line.</small>
            <textarea
              spellcheck={false}
              value={actions}
              onInput={(event) => {
                setActions(event.currentTarget.value);
              }}
            />
          </label>
          <label>
            Resources <small>ARNs, one a line, or * for all.</small>
            <textarea
              spellcheck={false}
              value={resources}
              onInput={(event) => {
                setResources(event.currentTarget.value);
              }}
            />
          </label>
        </details>
      )}
      <Fault error={fault} />
      <button type="submit" disabled={busy}>
        {busy ? 'Asking…' : 'Ask'}
      </button>
    </form>
  );
};
