import type { DelegationView } from '../../../lib/broker/delegations.ts';
import { useMe } from '../app/session.tsx';
import { Fault } from '../parts/fault.tsx';
import { Loading } from '../parts/loading.tsx';
import { PersonName } from '../parts/person.tsx';
import { Untrusted, Words } from '../parts/untrusted.tsx';
import { When } from '../parts/when.tsx';
import { Delegate } from './delegate.tsx';
import { useOwn } from './own.ts';

interface Own {
  readonly delegations: readonly DelegationView[];
}

/** Who decides in one's place, and in whose place one decides. */
export const Delegations = () => {
  const { seen, setSeen, isReading, fault, busy, remove } = useOwn<Own>('/v1/delegations');
  const end = (id: string): void => {
    remove('Ended.', id);
  };
  const made = (delegation: DelegationView): void => {
    setSeen((before) => ({
      delegations: [...(before?.delegations ?? []).filter(({ id }) => id !== delegation.id), delegation],
    }));
  };
  return (
    <section aria-labelledby="delegations">
      <h2 id="delegations">While you are away</h2>
      <p>Somebody else may say yes and no in your place for a time; each such decision names you both.</p>
      <Fault error={fault} />
      {isReading && <Loading />}
      <ul class="entries">
        {seen?.delegations.map((delegation) => (
          <DelegationEntry key={delegation.id} delegation={delegation} busy={busy} onEnd={end} />
        ))}
      </ul>
      <Delegate onMade={made} />
    </section>
  );
};

interface DelegationEntryProps {
  readonly delegation: DelegationView;
  readonly busy: boolean;
  readonly onEnd: (id: string) => void;
}

const DelegationEntry = ({ delegation, busy, onEnd }: DelegationEntryProps) => {
  const { id, by, to, groups, from, until, reason } = delegation;
  const isMine = useMe()?.principal.handle === by.handle;
  return (
    <li>
      <div>
        {isMine ? 'You let ' : 'You decide in the place of '}
        <PersonName of={isMine ? to : by} />
        {isMine && ' decide'} for <Untrusted text={groups.join(', ')} />
        <div>
          <small>
            from <When at={from} /> until <When at={until} />
          </small>
        </div>
        {reason !== undefined && reason !== '' && <Words text={reason} />}
      </div>
      <button
        type="button"
        class="quiet"
        disabled={busy}
        onClick={() => {
          onEnd(id);
        }}
      >
        End<span class="unseen"> this delegation</span>
      </button>
    </li>
  );
};
