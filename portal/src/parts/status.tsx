import type { RequestView } from '../api/calls.ts';
import { stateOf } from './state.ts';

/** How a request stands, in one word. */
export const Status = ({ of }: { of: Pick<RequestView, 'status' | 'grant'> }) => (
  <span class={`status ${of.status}`}>{stateOf(of)}</span>
);
