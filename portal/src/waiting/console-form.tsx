import { useId, useState } from 'preact/hooks';
import type { RequestView } from '../api/calls.ts';
import { keep, kept } from '../app/kept.ts';
import { useMe } from '../app/session.tsx';
import { useEntitlements } from '../ask/entitlements.ts';
import { choicesOf } from './destinations.ts';

/** Where they went the last time. */
const NAME = 'console';

/**
 * A plain form that opens the console in a tab of its own: the sign-in URL never passes through this page. Each form opens one
 * session: what it is sent with stands for it once.
 */
export const ConsoleForm = ({ request }: { request: RequestView }) => {
  const me = useMe();
  const [once, setOnce] = useState(() => crypto.randomUUID());
  return (
    <form
      class="console"
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
      <Destination entitlementId={request.entitlementId} />
      <label class="inline">
        <input type="checkbox" name="logoutFirst" value="true" /> sign out of the console first
      </label>
    </form>
  );
};

const Destination = ({ entitlementId }: { entitlementId: string }) => {
  const { entitlements, destinations } = useEntitlements();
  const id = useId();
  const [name, setName] = useState(() => kept('local', NAME) ?? 'console');
  const entitlement = entitlements?.find((each) => each.id === entitlementId);
  if (!entitlement || !destinations) return null;
  const isKnown = destinations.some((each) => each.name === name);
  return (
    <span class="inline">
      <label for={id}>at</label>
      <select
        id={id}
        name="destination"
        value={isKnown ? name : 'console'}
        onChange={(event) => {
          keep('local', NAME, event.currentTarget.value);
          setName(event.currentTarget.value);
        }}
      >
        {choicesOf(destinations, entitlement.region).map(({ where, choices }) => (
          <optgroup key={where} label={where}>
            {choices.map((choice) => (
              <option key={choice.name} value={choice.name}>
                {choice.text}
              </option>
            ))}
          </optgroup>
        ))}
      </select>
    </span>
  );
};
