import { go, here } from '../app/router.ts';
import { type Filter, STATUSES, queryOf } from './filter.ts';

/** What is looked for, kept in the address: it can be sent to somebody, and comes back after a sign-in. */
export const FilterForm = ({ filter, hint }: { filter: Filter; hint: string }) => {
  const change = (part: Partial<Filter>): void => {
    go(here().replace(/\?.*$/, '') + queryOf({ ...filter, ...part }), { replace: true });
  };
  return (
    <form
      role="search"
      class="filter"
      onSubmit={(event) => {
        event.preventDefault();
      }}
    >
      <label>
        Find <small>{hint}</small>
        <input
          type="search"
          value={filter.text}
          onInput={(event) => {
            change({ text: event.currentTarget.value });
          }}
        />
      </label>
      <label>
        Status
        <select
          value={filter.status ?? ''}
          onChange={(event) => {
            const chosen = event.currentTarget.value;
            change({ status: STATUSES.find((status) => status === chosen) });
          }}
        >
          <option value="">all</option>
          {STATUSES.map((status) => (
            <option key={status} value={status}>
              {status}
            </option>
          ))}
        </select>
      </label>
    </form>
  );
};
