import { appendCarried } from '../lib/broker/append-carried.ts';
import { type Broker, actorOf } from '../lib/broker/broker.ts';
import { personStream } from '../lib/broker/person-stream.ts';
import type { LinkParts } from '../lib/chatops/link.ts';
import { linkChat, unlinkChat } from '../lib/domain/links.ts';
import { plusSeconds, secondsBetween } from '../lib/domain/time.ts';

/** How long a browser may wait for the ledger. */
const PATIENCE_SECONDS = 10;

/** What chat account is whose, in the person's own stream of the ledger. */
export const recordChatLink =
  (parts: Pick<Broker, 'ledger' | 'clock' | 'chance' | 'policy'>): LinkParts['record'] =>
  async (principal, change, account) => {
    const endsAt = plusSeconds(parts.clock.now(), PATIENCE_SECONDS);
    const remainingMs = (): number => secondsBetween(parts.clock.now(), endsAt) * 1000;
    const { handle } = principal;
    const decision = change === 'made' ? linkChat : unlinkChat;
    await appendCarried(
      parts,
      personStream(handle),
      { actor: actorOf(principal), patience: { remainingMs } },
      (standing, now) => decision(standing, handle, account, now),
    );
  };
