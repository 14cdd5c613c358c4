import { useId, useMemo, useState } from 'preact/hooks';
import type { EntitlementView } from '../api/calls.ts';
import { Loading } from '../parts/loading.tsx';
import { Untrusted } from '../parts/untrusted.tsx';
import { durationText } from '../parts/duration.ts';
import { find } from './find.ts';
import { needsOf } from './needs.ts';

/** More would be no list any more; whoever looks for another one types on. */
const SHOWN = 25;

/** What there is to ask for, narrowed as one types. */
export const Offers = ({ entitlements }: { entitlements: readonly EntitlementView[] | undefined }) => {
  const [text, setText] = useState('');
  const id = useId();
  const found = useMemo(() => find(entitlements ?? [], text), [entitlements, text]);
  if (!entitlements) return <Loading />;
  return (
    <section aria-labelledby={id}>
      <h2 id={id}>What you may borrow</h2>
      {entitlements.length === 0 ? (
        <p>
          Nothing: no group of yours makes you eligible for a role. Whoever keeps the access policy can change that.
        </p>
      ) : (
        <>
          <label>
            Search
            <input
              type="search"
              autoComplete="off"
              spellcheck={false}
              placeholder="a title, an account, a role"
              value={text}
              aria-keyshortcuts="/"
              data-key="/"
              onInput={(event) => {
                setText(event.currentTarget.value);
              }}
            />
          </label>
          <p role="status" class="faint">
            {countText(found.length, entitlements.length)}
          </p>
          <ul class="cards">
            {found.slice(0, SHOWN).map((entitlement) => (
              <Offer key={entitlement.id} entitlement={entitlement} />
            ))}
          </ul>
        </>
      )}
    </section>
  );
};

const countText = (found: number, all: number): string => {
  if (found === 0) return 'None is called that.';
  const of = found === all ? `${all}` : `${found} of ${all}`;
  return found > SHOWN ? `${of}, the first ${SHOWN} shown` : `${of} to choose from`;
};

const Offer = ({ entitlement }: { entitlement: EntitlementView }) => {
  const { id, title, accountName, accountId, maxDurationSeconds } = entitlement;
  return (
    <li class="card">
      <h3>
        <a href={`/ask/${id}`}>
          <Untrusted text={title} />
        </a>
      </h3>
      <p>
        <Untrusted text={accountName} /> <span class="faint">({accountId})</span>, at most{' '}
        {durationText(maxDurationSeconds)}
      </p>
      <p class="faint">
        <Untrusted text={needsOf(entitlement).join(' ')} />
      </p>
    </li>
  );
};
