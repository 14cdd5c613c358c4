import { useState } from 'preact/hooks';
import type { RequestView } from '../api/calls.ts';
import { serverNow } from '../api/clock.ts';
import { durationText } from '../parts/duration.ts';
import { PersonName } from '../parts/person.tsx';
import { RequestLink } from '../parts/request-title.tsx';
import { When } from '../parts/when.tsx';
import { type AccountBars, type Bar, type Span, barsByAccount } from './lanes.ts';

const DAY_MS = 86_400_000;
const SPANS = { '24 hours': DAY_MS, '7 days': 7 * DAY_MS, '30 days': 30 * DAY_MS } as const;
type SpanName = keyof typeof SPANS;
const NAMES: readonly SpanName[] = ['24 hours', '7 days', '30 days'];

/** A tenth of it lies ahead, where scheduled grants stand. */
const spanOf = (name: SpanName): Span => {
  const now = serverNow();
  return { fromMs: now - SPANS[name], toMs: now + SPANS[name] / 10 };
};

interface PlotProps {
  readonly requests: readonly RequestView[];
}

/** Who had what when, by account: as a picture, and beside it as a table. */
export const GrantsPlot = ({ requests }: PlotProps) =>
  requests.some(({ grant }) => grant) ? <Plot requests={requests} /> : null;

/** The shortest time that has any of them, so that what is there can be seen. */
const spanFor = (requests: readonly RequestView[]): SpanName =>
  NAMES.find((name) => barsByAccount(requests, spanOf(name)).length > 0) ?? '30 days';

const Plot = ({ requests }: PlotProps) => {
  const [name, setName] = useState(() => spanFor(requests));
  const span = spanOf(name);
  const accounts = barsByAccount(requests, span);
  return (
    <section aria-labelledby="grants" class="plot">
      <h2 id="grants">Grants over time</h2>
      <label class="inline">
        The last
        <select
          value={name}
          onChange={(event) => {
            const chosen = event.currentTarget.value;
            setName(NAMES.find((each) => each === chosen) ?? name);
          }}
        >
          {NAMES.map((each) => (
            <option key={each}>{each}</option>
          ))}
        </select>
      </label>
      {accounts.length === 0 && <p>No grant in this time.</p>}
      {accounts.map((account) => (
        <AccountRow key={account.accountId} account={account} name={name} />
      ))}
      {accounts.length > 0 && (
        <>
          <p class="axis" aria-hidden="true">
            <span>{name} ago</span>
            <span class="now">now</span>
          </p>
          <p class="legend" aria-hidden="true">
            <span class="active">active</span> <span class="ended">over</span> <span class="glass">break-glass</span>
          </p>
          <details>
            <summary>The same as a table</summary>
            <Table accounts={accounts} />
          </details>
        </>
      )}
    </section>
  );
};

const WIDTH = 1000;
const LANE = 14;

const AccountRow = ({ account: { accountId, bars, lanes }, name }: { account: AccountBars; name: SpanName }) => (
  <div class="plot-row">
    <span>{accountId}</span>
    <svg
      role="img"
      aria-label={`${bars.length === 1 ? 'One grant' : `${bars.length} grants`} in account ${accountId} in the last ${name}; the table has them.`}
      viewBox={`0 0 ${WIDTH} ${lanes * LANE}`}
      height={lanes * LANE}
      preserveAspectRatio="none"
    >
      {bars.map((bar) => (
        <rect
          key={bar.request.id}
          class={classOf(bar)}
          x={bar.from * WIDTH}
          y={bar.lane * LANE + 2}
          width={Math.max(4, (bar.to - bar.from) * WIDTH)}
          height={LANE - 4}
        />
      ))}
      <line class="now" x1={WIDTH / 1.1} x2={WIDTH / 1.1} y1="0" y2={lanes * LANE} />
    </svg>
  </div>
);

const classOf = ({ request: { breakGlass, grant } }: Bar): string =>
  breakGlass ? 'glass' : grant?.state === 'ended' ? 'ended' : 'active';

const Table = ({ accounts }: { accounts: readonly AccountBars[] }) => (
  <div class="scrolls" tabIndex={0} role="region" aria-label="Grants as a table">
    <table>
      <thead>
        <tr>
          <th scope="col">Account</th>
          <th scope="col">Who</th>
          <th scope="col">What</th>
          <th scope="col">From</th>
          <th scope="col">For</th>
        </tr>
      </thead>
      <tbody>
        {accounts.flatMap(({ accountId, bars }) =>
          bars.map(({ request, startsAt, endsAt }) => (
            <tr key={request.id}>
              <td>{accountId}</td>
              <td>
                <PersonName of={request.requester} />
              </td>
              <td>
                <RequestLink to={request} />
                {request.breakGlass && ' (break-glass)'}
              </td>
              <td>
                <When at={startsAt} />
              </td>
              <td>{durationText((Date.parse(endsAt) - Date.parse(startsAt)) / 1000)}</td>
            </tr>
          )),
        )}
      </tbody>
    </table>
  </div>
);
