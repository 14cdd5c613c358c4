import type { Instant, Principal } from '../domain/principal.ts';
import type { ChatAccount, ChatMessageRef, ChatPlace, ChatPlatform } from './act.ts';

/** What is shown, in no platform's markup. Every text is plain: whoever renders it escapes it, and makes bidi controls visible. */
export interface Card {
  readonly title: string;
  readonly facts: readonly { readonly label: string; readonly text: string }[];
  /** What stands below the facts, a sentence each. */
  readonly notes?: readonly string[];
  readonly actions: readonly CardAction[];
}

export type CardAction =
  /** Deny comes with a plain field for the reason (Slack: `block_id` and `action_id` `reason`; Teams: an input of id `reason`). */
  | { readonly type: 'approve' | 'deny'; readonly requestId: string; readonly seq: number }
  /** A path of our own portal, `/requests/r_…`; the origin is put before it by whoever renders. Never a credential, never a console URL. */
  | { readonly type: 'open'; readonly label: string; readonly path: string }
  /** Opens the form again. */
  | { readonly type: 'form'; readonly label: string };

/** What one may ask for, to choose from: only what the principal is eligible for. */
export interface AskForm {
  readonly entitlements: readonly {
    readonly id: string;
    readonly title: string;
    readonly maxDurationSeconds: number;
    readonly ticketRequired: boolean;
  }[];
}

/**
 * A platform, as we call it. Each method is one call to it.
 * @throws ChatError from all of them.
 */
export interface Chat {
  readonly platform: ChatPlatform;
  /** In a channel that access.yml names; in the thread of `under` where that is given. */
  post(channel: string, card: Card, under?: ChatMessageRef): Promise<ChatMessageRef>;
  /** To one account alone. */
  direct(account: ChatAccount, card: Card): Promise<ChatMessageRef>;
  /** Puts the card in the place of what the message showed. */
  update(message: ChatMessageRef, card: Card): Promise<void>;
  /** An answer that only whoever acted sees, where they acted. */
  whisper(to: { readonly account: ChatAccount; readonly place: ChatPlace }, card: Card): Promise<void>;
  /** `too_late`: the trigger is over; whoever wants the form presses again. */
  openForm(
    to: { readonly account: ChatAccount; readonly place: ChatPlace },
    trigger: string,
    form: AskForm,
  ): Promise<'opened' | 'too_late'>;
  /** What their own page of the app shows. */
  home(account: ChatAccount, cards: readonly Card[]): Promise<void>;
}

/** What a platform did not take. Its message names the method and the platform's own code, nobody's words and no secret. */
export class ChatError extends Error {
  /** Whether the same may succeed later: 429, 5xx, no answer. */
  readonly mayPass: boolean;
  /** As the platform said (`Retry-After`). */
  readonly retryAfterMs?: number;

  constructor(
    message: string,
    { mayPass, retryAfterMs, cause }: { mayPass: boolean; retryAfterMs?: number; cause?: unknown },
  ) {
    super(message, { cause });
    this.name = 'ChatError';
    this.mayPass = mayPass;
    if (retryAfterMs !== undefined) this.retryAfterMs = retryAfterMs;
  }
}

/** Which messages stand for which request, in the identity table (`chatmessage#<request id>`). */
export interface ChatMessages {
  of(requestId: string): Promise<readonly ChatMessageRef[]>;
  /** The same again changes nothing. */
  put(requestId: string, message: ChatMessageRef): Promise<void>;
}

/** Made by the ceremony in the portal, and by nothing else. No secret. */
export interface ChatLink {
  readonly account: ChatAccount;
  /** As of the sign-in that the link was made with: its groups grow old (`groupsMaxAge`), and then the portal renews it. */
  readonly principal: Principal;
  readonly at: Instant;
}

/** Who a chat account is, in the identity table (`chatlink#<platform>#<workspace>#<user>`). */
export interface ChatLinks {
  /** Consistent. */
  find(account: ChatAccount): Promise<ChatLink | undefined>;
  /** For telling somebody directly: the accounts of a person, as last written. */
  of(handle: Principal['handle']): Promise<readonly ChatAccount[]>;
}
