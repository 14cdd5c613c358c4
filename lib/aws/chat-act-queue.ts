import type { ChatActs } from '../chatops/port.ts';
import { type FifoQueue, sendTo } from './fifo-queue.ts';

/** Acts on a FIFO queue: those on one request one after the other, and so are the others of one account. */
export const sqsChatActs = (queue: FifoQueue): ChatActs => ({
  send: (act) => {
    const { account, saying } = act;
    const group = 'requestId' in saying ? saying.requestId : `${account.platform}.${account.workspace}.${account.user}`;
    return sendTo(queue, 'an act', { id: act.id, group, body: act });
  },
});
