import type { RequestView } from '../api/calls.ts';
import { approversText } from './approvers-text.ts';

type Waiting = Pick<RequestView, 'approvalsNeeded' | 'stages' | 'parallel'>;

/** How many more yeses it waits for, and whose: of stages that go in order, those of the first that is not done. */
export const waitsFor = ({ approvalsNeeded, stages, parallel }: Waiting): string => {
  const open = stages.filter(({ count, approvals }) => approvals.length < count);
  const now = parallel ? open : open.slice(0, 1);
  const whose = now.map(({ from }) => approversText(from)).join(', and of ');
  return `${approvalsNeeded === 1 ? 'one more yes' : `${approvalsNeeded} more yeses`}${whose === '' ? '' : `, now of ${whose}`}`;
};
