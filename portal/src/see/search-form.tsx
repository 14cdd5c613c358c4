/** What is looked for, as the address has it: times as the reader’s own clock shows them. */
export interface Searched {
  readonly words: Readonly<Record<string, string>>;
  readonly from: string;
  readonly to: string;
  readonly breakGlass: boolean;
  readonly refusals: boolean;
}

const FIELDS = [
  ['account', 'Account', '12 digits'],
  ['role', 'Role', 'its ARN'],
  ['entitlement', 'Entitlement', 'its id'],
  ['ticket', 'Ticket', ''],
  ['person', 'Person', 'their handle, p_…'],
] as const;

export const searchedFrom = (query: URLSearchParams): Searched => ({
  words: Object.fromEntries(FIELDS.map(([name]) => [name, query.get(name) ?? ''])),
  from: query.get('from') ?? '',
  to: query.get('to') ?? '',
  breakGlass: query.get('breakGlass') === 'true',
  refusals: query.get('refusals') === 'true',
});

/** Those that say something. */
const said = ({ words, from, to, breakGlass, refusals }: Searched): [string, string][] =>
  Object.entries({
    ...words,
    ...{ from, to, breakGlass: breakGlass ? 'true' : '', refusals: refusals ? 'true' : '' },
  }).filter(([, value]) => value !== '');

/** As the API takes it, where times are in UTC. */
export const apiQuery = (searched: Searched, cursor: string | undefined): URLSearchParams => {
  const query = new URLSearchParams(said(searched));
  for (const name of ['from', 'to']) {
    const ms = Date.parse(query.get(name) ?? '');
    if (query.has(name) && !Number.isNaN(ms)) query.set(name, new Date(ms).toISOString());
  }
  if (cursor !== undefined) query.set('cursor', cursor);
  return query;
};

interface SearchFormProps {
  readonly searched: Searched;
  /** Given the query of the address that looks for it. */
  readonly onSearch: (query: string) => void;
}

export const SearchForm = ({ searched, onSearch }: SearchFormProps) => (
  <form
    role="search"
    class="filter"
    onSubmit={(event) => {
      event.preventDefault();
      const form = new FormData(event.currentTarget);
      const asked = [...form.entries()].flatMap(([name, value]) =>
        typeof value === 'string' && value.trim() !== '' ? [[name, value.trim()] as [string, string]] : [],
      );
      onSearch(new URLSearchParams(asked).toString());
    }}
  >
    {FIELDS.map(([name, label, hint]) => (
      <label key={name}>
        {label} {hint !== '' && <small>{hint}</small>}
        <input
          type="text"
          name={name}
          defaultValue={searched.words[name] ?? ''}
          autocomplete="off"
          spellcheck={false}
        />
      </label>
    ))}
    <label>
      From <small>with it, who could do what from then on</small>
      <input name="from" type="datetime-local" defaultValue={searched.from} />
    </label>
    <label>
      To
      <input name="to" type="datetime-local" defaultValue={searched.to} />
    </label>
    <label>
      <input name="breakGlass" type="checkbox" value="true" defaultChecked={searched.breakGlass} /> Break-glass only
    </label>
    <label>
      <input name="refusals" type="checkbox" value="true" defaultChecked={searched.refusals} /> Refusals only
    </label>
    <button type="submit">Search</button>
  </form>
);
