import type { Instant } from '../domain/principal.ts';

export type ChatPlatform = 'slack' | 'teams';

/** An account at a platform, as the platform's own signature or token says. Who that is, only a link says (`ChatLinks`). */
export interface ChatAccount {
  readonly platform: ChatPlatform;
  /** Slack: the team's id, `T…`. Teams: the tenant's id. */
  readonly workspace: string;
  /** Slack: `U…` or `W…`. Teams: `from.aadObjectId`. */
  readonly user: string;
}

/** One message that we posted. */
export interface ChatMessageRef {
  readonly platform: ChatPlatform;
  readonly workspace: string;
  /** Slack: `C…` or `D…`. Teams: the conversation's id. */
  readonly channel: string;
  /** Slack: `ts`. Teams: the activity's id. */
  readonly message: string;
  /** Teams: where its connector answers; on the allow-list when it was stored, and looked at again when it is used. */
  readonly serviceUrl?: string;
}

/** Where somebody did something. */
export interface ChatPlace {
  readonly channel?: string;
  /** Of the message whose button was pressed. */
  readonly message?: string;
  /** Slack: `response_url`, its host checked. Teams: `serviceUrl`, on the allow-list. */
  readonly replyTo?: string;
}

/** A press on a request's message. `seq` is of the last event that the message showed (`Shown` in lib/domain/command.ts). */
interface OnRequest {
  readonly requestId: string;
  readonly seq?: number;
}

/** What somebody said or pressed, in no platform's words. People's words in it are theirs: never markup, never in a log. */
export type ChatSaying =
  | (OnRequest & { readonly type: 'approve'; readonly comment?: string })
  | (OnRequest & { readonly type: 'deny' | 'revoke'; readonly reason: string })
  /** They want the form to ask by. Slack: good for 3 s from when it was pressed. */
  | { readonly type: 'form'; readonly trigger?: string }
  | {
      readonly type: 'ask';
      readonly entitlementId: string;
      readonly justification: string;
      readonly durationSeconds: number;
      readonly ticket?: string;
    }
  | { readonly type: 'list' | 'link' | 'home' | 'help' };

/**
 * One verified act of a chat account: signature or token, app, team or tenant, and that it is a full member and no bot, were checked before
 * there is one. It says nothing of who may do what: the use cases do.
 */
export interface ChatAct {
  /** The same when the platform sends it again; 43 base64url characters. Also the Idempotency-Key of what it does. */
  readonly id: string;
  /** When it was received. One that is too old when its turn comes is dropped. */
  readonly at: Instant;
  readonly account: ChatAccount;
  /** What the platform calls it; anybody may call themselves anything. */
  readonly name?: string;
  readonly place: ChatPlace;
  readonly saying: ChatSaying;
}
