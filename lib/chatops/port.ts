import type { Handle, Instant } from '../domain/principal.ts';
import type { ChatAccount, ChatAct, ChatMessageRef, ChatPlace, ChatPlatform } from './act.ts';

/** What is shown, in no platform's markup. Every text is plain: whoever renders it escapes it, and makes bidi controls visible. */
export interface Card {
  readonly title: string;
  readonly facts: readonly { readonly label: string; readonly text: string }[];
  /** What stands below the facts, a sentence each. */
  readonly notes?: readonly string[];
  readonly actions: readonly CardAction[];
}

export type CardAction =
  /** Deny and revoke come with a plain field for the reason (Slack: `block_id` and `action_id` `reason`; Teams: an input of id `reason`). */
  | { readonly type: 'approve' | 'deny' | 'revoke'; readonly requestId: string; readonly seq: number }
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

/** What people say to it, as they type it there. */
export type ChatCommands = Readonly<Record<'ask' | 'list' | 'link', string>>;

/** Somebody, and where they acted. */
export interface ChatActor {
  readonly account: ChatAccount;
  readonly place: ChatPlace;
}

/**
 * A platform, as we call it.
 * @throws ChatError from all of them.
 */
export interface Chat {
  readonly platform: ChatPlatform;
  readonly commands: ChatCommands;
  /** In a channel that access.yml names; in the thread of `under` where that is given. */
  post(channel: string, card: Card, under?: ChatMessageRef): Promise<ChatMessageRef>;
  /** To one account alone. */
  direct(account: ChatAccount, card: Card): Promise<ChatMessageRef>;
  /** Puts the card in the place of what the message showed. */
  update(message: ChatMessageRef, card: Card): Promise<void>;
  /** An answer that only whoever acted sees, where they acted if the platform can do that. */
  whisper(to: ChatActor, card: Card): Promise<void>;
  /** `too_late`: the trigger is over; whoever wants the form presses again. */
  openForm(to: ChatActor, trigger: string, form: AskForm): Promise<'opened' | 'too_late'>;
  /** Whether it is a full member of our workspace or tenant: no guest, no bot, no stranger, not deactivated. One call. */
  isMember(of: ChatActor): Promise<boolean>;
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

/** What was said of a request at one place, and the message that stands for it there, if it can be changed: a mail cannot. */
export interface ChatMessage {
  /** Where: a channel as we name it, an account that it was said to alone, or the hash of an address. One message a place. */
  readonly place: string;
  readonly ref?: ChatMessageRef;
  /** Of the last event that the message shows. */
  readonly seq: number;
  /** The notices that were told there: none is told twice. */
  readonly told: readonly string[];
}

/** Which messages stand for which request, in the identity table (`chatmessage#<request id>`). */
export interface ChatMessages {
  /** Consistent. */
  of(requestId: string): Promise<readonly ChatMessage[]>;
  /** In the place of `was`, which is what was read there; false when somebody wrote meanwhile. */
  put(requestId: string, message: ChatMessage, was?: ChatMessage): Promise<boolean>;
}

/**
 * Made by the ceremony in the portal, and by nothing else. No secret, and no groups: whoever acts in chat acts with the newest of their sessions
 * in the portal, so that signing out there ends it here.
 */
export interface ChatLink {
  readonly account: ChatAccount;
  readonly handle: Handle;
  readonly at: Instant;
}

/** Who a chat account is, in the identity table (`chatlink#<platform>#<workspace>#<user>`, and `chatlink#<handle>` the other way). */
export interface ChatLinks {
  /** Consistent. @throws HatcheckError `ledger_unavailable` */
  find(account: ChatAccount): Promise<ChatLink | undefined>;
  /** The accounts of a person, for telling them directly. Consistent. @throws HatcheckError `ledger_unavailable` */
  of(handle: Handle): Promise<readonly ChatAccount[]>;
}

/** What only the portal may do. @throws HatcheckError `ledger_unavailable` from all of them */
export interface ChatLinkStore extends ChatLinks {
  /** In the place of whatever link the account had. */
  put(link: ChatLink): Promise<void>;
  remove(link: Pick<ChatLink, 'account' | 'handle'>): Promise<void>;
}

/** A chat account that waits for its person to say its code in the portal. */
export interface WaitingChat {
  readonly account: ChatAccount;
  /** What the platform calls it: anybody may call themselves anything. */
  readonly name?: string;
  readonly expiresAt: Instant;
}

export interface ChatCodes {
  /** False when another one that is not over has this code. */
  begin(codeHash: string, waiting: WaitingChat): Promise<boolean>;
  /** Consistent. */
  find(codeHash: string): Promise<WaitingChat | undefined>;
}

/** Where it is put what was said in chat: once it is taken it is not lost. @throws HatcheckError `aws_unavailable` */
export interface ChatActs {
  send(act: ChatAct): Promise<void>;
}
