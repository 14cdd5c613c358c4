import type { SessionView } from '../../../lib/identity/own-sessions.ts';
import { Fault } from '../parts/fault.tsx';
import { Loading } from '../parts/loading.tsx';
import { When } from '../parts/when.tsx';
import { useOwn } from './own.ts';

interface Own {
  readonly sessions: readonly SessionView[];
}

/** Where one is signed in, and the way to end what one does not know. */
export const Sessions = () => {
  const { seen, isReading, fault, busy, remove } = useOwn<Own>('/v1/sessions');
  const end = (id?: string): void => {
    remove('Ended.', id);
  };
  const sessions = seen?.sessions ?? [];
  return (
    <section aria-labelledby="sessions">
      <h2 id="sessions">Where you are signed in</h2>
      <Fault error={fault} />
      {isReading && <Loading />}
      <ul class="entries">
        {sessions.map((session) => (
          <li key={session.id}>
            <div>
              {wayOf(session)}
              {session.current && ' – this one'}
              <div>
                <small>
                  since <When at={session.createdAt} />, last seen <When at={session.lastSeenAt} />
                </small>
              </div>
            </div>
            {!session.current && (
              <button
                type="button"
                class="quiet"
                disabled={busy}
                onClick={() => {
                  end(session.id);
                }}
              >
                End<span class="unseen"> {wayOf(session)}</span>
              </button>
            )}
          </li>
        ))}
      </ul>
      {sessions.some(({ current }) => !current) && (
        <button
          type="button"
          class="quiet"
          disabled={busy}
          onClick={() => {
            end();
          }}
        >
          End all others
        </button>
      )}
    </section>
  );
};

const METHODS = {
  browser: 'A browser',
  token_exchange: 'A token that was exchanged',
  authorization_code: 'A command line',
  device_code: 'A command line, signed in by a code on another device',
} as const satisfies Record<SessionView['method'], string>;

const wayOf = ({ method }: SessionView): string => METHODS[method];
