import type { IdentityView } from '../../../lib/broker/link-identities.ts';
import { json, send } from '../api/send.ts';
import { Fault } from '../parts/fault.tsx';
import { Loading } from '../parts/loading.tsx';
import { Untrusted } from '../parts/untrusted.tsx';
import { useOwn } from './own.ts';

interface Own {
  readonly identities: readonly IdentityView[];
  readonly chatAccounts: readonly { readonly platform: string; readonly workspace: string; readonly user: string }[];
  /** Where another identity can be proved. */
  readonly providers: readonly string[];
}

/** What else one is: at other identity providers, and in chat. */
export const Identities = () => {
  const { seen, isReading, fault, busy, run, remove } = useOwn<Own>('/v1/identities');
  const unlink = (id: string): void => {
    remove('Unlinked.', id);
  };
  const link = (provider: string): void => {
    run(
      async () =>
        json<{ url: string }>(
          await send('/v1/identities', { method: 'POST', body: { provider, returnTo: '/account' } }),
        ),
      ({ url }) => {
        location.assign(url);
      },
    );
  };
  return (
    <>
      <section aria-labelledby="identities">
        <h2 id="identities">Linked identities</h2>
        <p>All of them are one person: none decides on what another asks for.</p>
        <Fault error={fault} />
        {isReading && <Loading />}
        <ul class="entries">
          {seen?.identities.map((identity) => (
            <IdentityEntry key={identity.handle} identity={identity} busy={busy} onUnlink={unlink} />
          ))}
        </ul>
        <div class="actions">
          {seen?.providers.map((provider) => (
            <button
              key={provider}
              type="button"
              class="quiet"
              disabled={busy}
              onClick={() => {
                link(provider);
              }}
            >
              Link one of <Untrusted text={provider} />
            </button>
          ))}
        </div>
      </section>
      <section aria-labelledby="chat">
        <h2 id="chat">Chat accounts</h2>
        {seen?.chatAccounts.length === 0 && <p>None is linked.</p>}
        <ul class="entries">
          {seen?.chatAccounts.map(({ platform, workspace, user }) => (
            <li key={`${platform} ${workspace} ${user}`}>
              <div>
                {platform === 'slack' ? 'Slack' : 'Microsoft Teams'}: <Untrusted text={`${user} of ${workspace}`} />
              </div>
            </li>
          ))}
        </ul>
        <p>
          <a href="/chat/link">Link or unlink a chat account</a>
        </p>
      </section>
    </>
  );
};

interface IdentityEntryProps {
  readonly identity: IdentityView;
  readonly busy: boolean;
  readonly onUnlink: (id: string) => void;
}

const IdentityEntry = ({ identity: { handle, displayName, email, current }, busy, onUnlink }: IdentityEntryProps) => {
  const name = displayName ?? email ?? handle;
  return (
    <li>
      <div>
        <Untrusted text={name} />
        {email !== undefined && email !== name && (
          <small>
            {' '}
            (<Untrusted text={email} />)
          </small>
        )}
        {current && ' – this one'}
      </div>
      {!current && (
        <button
          type="button"
          class="quiet"
          disabled={busy}
          onClick={() => {
            onUnlink(handle);
          }}
        >
          Unlink
          <span class="unseen">
            {' '}
            <Untrusted text={name} />
          </span>
        </button>
      )}
    </li>
  );
};
