import type { LinkNotices } from '../broker/link-notice.ts';
import type { Notices } from '../broker/ports.ts';
import { type FifoQueue, sendTo } from './fifo-queue.ts';

/** Notices on a FIFO queue, one group a request, so that whoever reads them sees those of one request in their order. */
export const sqsNotices = (queue: FifoQueue): Notices => ({
  send: (notice) => sendTo(queue, 'a notice', { id: notice.id, group: notice.requestId, body: notice }),
});

/** On the same queue, one group a person. */
export const sqsLinkNotices = (queue: FifoQueue): LinkNotices => ({
  sendLink: (notice) => sendTo(queue, 'a notice', { id: notice.id, group: notice.handle, body: notice }),
});
