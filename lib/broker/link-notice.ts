import type { ChatAccountRef, StoredEvent } from '../domain/event.ts';
import type { Handle, Instant } from '../domain/principal.ts';

/** That an account in chat speaks for somebody from now on, or no longer. Ids alone, as in any notice. */
export interface LinkNotice {
  /** The event's: the same when it is sent again. */
  readonly id: string;
  readonly kind: 'chat_linked' | 'chat_unlinked';
  readonly handle: Handle;
  readonly account: ChatAccountRef;
  readonly at: Instant;
}

/** Where they are put; the queue is that of the other notices. */
export interface LinkNotices {
  /** Once it is taken it is not lost. @throws HatcheckError `aws_unavailable`: send it again. */
  sendLink(notice: LinkNotice): Promise<void>;
}

/** What is to be told of an event of a person's stream; undefined where it links no account in chat. */
export const linkNoticeOf = ({ eventId: id, at, ...event }: StoredEvent): LinkNotice | undefined => {
  if (event.type === 'link.made' && event.data.chat) {
    const [handle] = event.data.person;
    return handle === undefined ? undefined : { id, kind: 'chat_linked', handle, account: event.data.chat, at };
  }
  if (event.type !== 'link.removed' || !event.data.chat) return undefined;
  return { id, kind: 'chat_unlinked', handle: event.data.handle, account: event.data.chat, at };
};
