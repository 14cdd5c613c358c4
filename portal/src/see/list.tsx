import { type RequestsQuery, readRequests } from '../api/calls.ts';
import { useAddress } from '../app/router.ts';
import { Fault } from '../parts/fault.tsx';
import { Loading } from '../parts/loading.tsx';
import { RequestList } from '../parts/request-list.tsx';
import { FilterForm } from './filter-form.tsx';
import { filterFrom, isFound } from './filter.ts';
import { usePages } from './pages.ts';
import { GrantsPlot } from './plot.tsx';

interface ListProps {
  readonly as: RequestsQuery['as'];
  readonly hint: string;
  /** Where there is nothing at all. */
  readonly empty: string;
}

/** A list to look through: filtered, older pages on demand, and its grants as a picture. */
export const List = ({ as, hint, empty }: ListProps) => {
  const filter = filterFrom(useAddress().query);
  const { status } = filter;
  const query = { as, limit: 100, ...(status === undefined ? {} : { status }) };
  const { pages, hasMore, isReading, fault, readMore } = usePages(JSON.stringify(query), (cursor) =>
    readRequests({ ...query, ...(cursor === undefined ? {} : { cursor }) }),
  );
  const requests = pages.flatMap((page) => page.requests);
  const found = requests.filter((request) => isFound(filter, request));
  return (
    <>
      <FilterForm filter={filter} hint={hint} />
      <GrantsPlot requests={found} />
      <p role="status">{isReading ? '' : countText(found.length, requests.length, hasMore)}</p>
      <Fault error={fault} />
      <RequestList requests={found} withDossiers={as === 'auditor'} />
      {isReading && <Loading />}
      {!isReading && requests.length === 0 && !hasMore && fault === undefined && (
        <p>{status === undefined ? empty : 'Nothing like that.'}</p>
      )}
      {(hasMore || fault !== undefined) && (
        <button type="button" class="quiet" disabled={isReading} onClick={readMore}>
          {fault === undefined ? 'Load older ones' : 'Try again'}
        </button>
      )}
    </>
  );
};

const countText = (found: number, read: number, hasMore: boolean): string => {
  if (read === 0) return '';
  if (found < read) return `${found} found among ${hasMore ? 'the newest ' : ''}${read}.`;
  if (hasMore) return `The newest ${read}.`;
  return read === 1 ? 'One request.' : `${read} requests.`;
};
