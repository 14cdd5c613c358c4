import type { ConsoleDestination } from '../domain/console.ts';
import type { Due } from '../domain/due.ts';
import type { StoredEvent, TextRef } from '../domain/event.ts';
import type { Handle, Instant } from '../domain/principal.ts';
import type { RoleSessionOrder } from '../domain/role-session.ts';
import type { TicketAnswer } from '../domain/ticket.ts';
import type { Notice } from './notice.ts';
import type { FoundEvent, FoundGrant, Under } from './search/found.ts';
import type { RequestSummary } from './summary.ts';

/**
 * The append-only record. Whatever it cannot say for sure is `ledger_unavailable`: nobody gets anything then.
 */
export interface Ledger {
  /** All events of a stream, in order, strongly consistent, each hash and link checked. Empty when there is no such stream. */
  read(stream: string): Promise<readonly StoredEvent[]>;
  /** The last event, consistent, its own hash checked; for streams of which no decision needs the rest. */
  last(stream: string): Promise<StoredEvent | undefined>;
  /**
   * Puts the event in its place if that is free. `conflict`: somebody else's event has it. A put that timed out and had happened is
   * recognised by event id and hash, and is `appended`.
   * @throws HatcheckError `ledger_unavailable` when what happened cannot be found out.
   */
  append(event: StoredEvent): Promise<'appended' | 'conflict'>;
}

/** For whoever checks one event of a stream that may be long. */
export interface LedgerPairs {
  /** The event before that place and the one in it, as far as they are there, in order, consistent, each hash checked; not yet their link. */
  pair(stream: string, seq: number): Promise<readonly StoredEvent[]>;
}

export interface Page<T> {
  readonly items: readonly T[];
  /** The position (`positionOf`) after which the next page begins; absent on the last. */
  readonly next?: string;
}

export interface PageOf {
  readonly limit: number;
  /** A position; the page begins with what is older than it. */
  readonly after?: string;
}

/** Request summaries, derived from the ledger. They feed lists and decide nothing. Newest first. */
export interface Summaries {
  /** Written only if newer (`seq`) than what is there, so that a late writer cannot bring back the past. */
  put(summary: RequestSummary): Promise<void>;
  ofRequester(requester: Handle, page: PageOf): Promise<Page<RequestSummary>>;
  /** Requests that ask one of these, now or later (`approverKeys`); `open`: only those that still miss an approval. */
  ofApprovers(keys: readonly string[], page: PageOf & { readonly open: boolean }): Promise<Page<RequestSummary>>;
  /** Everybody's. `now` is where time begins, going back. */
  ofEverybody(page: PageOf & { readonly now: Instant }): Promise<Page<RequestSummary>>;
}

/** A stretch of time, going back from its end. */
export interface Span {
  /** The first instant that is in it. */
  readonly from: Instant;
  /** An instant, or a position (`positionOfEvent`, `positionOfGrant`): the stretch ends before it. */
  readonly before: string;
  /** The page has no more. */
  readonly limit: number;
}

/** What the ledger is searched by, derived from it. It decides nothing. Newest first; a page may be short, or empty, and still have a next one. */
export interface SearchIndex {
  /** Written as often as it is told. */
  putEvent(found: FoundEvent): Promise<void>;
  /** Written only if newer (`seq`) than what is there. */
  putGrant(found: FoundGrant): Promise<void>;
  events(under: Under, span: Span): Promise<Page<FoundEvent>>;
  /** By when they began. */
  grants(under: Under, span: Span): Promise<Page<FoundGrant>>;
}

/** People's words, kept beside the chain under their author, so that a person can be forgotten. */
export interface Texts {
  put(author: Handle, ref: TextRef, value: { readonly salt: string; readonly text: string }): Promise<void>;
  /** By `ref.id`; a text that was forgotten is absent. */
  get(wanted: readonly { readonly author: Handle; readonly ref: TextRef }[]): Promise<ReadonlyMap<string, string>>;
}

/** What a person is called, as their identity provider last said. Someone forgotten is absent. */
export interface People {
  get(handles: readonly Handle[]): Promise<ReadonlyMap<Handle, PersonName>>;
}

export interface PersonName {
  readonly displayName?: string;
  readonly email?: string;
}

/** Temporary credentials. The secret parts print redacted wherever they are logged or put into JSON by accident. */
export interface TemporaryCredentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: Secret;
  readonly sessionToken: Secret;
  readonly expiration: Instant;
}

/** A secret that shows itself only when asked by name. */
export interface Secret {
  reveal(): string;
}

export interface RoleSessions {
  /**
   * Opens a role session with STS. @throws RoleSessionError: `failed` when AWS said no and nothing was opened; `unknown` when
   * there was no answer, so that a session may be open that nobody holds.
   * @param assertion of this very order, where it goes by one
   */
  open(order: RoleSessionOrder, assertion?: Secret): Promise<TemporaryCredentials>;
}

/** What we sign for STS. It opens role sessions for whoever holds it: it goes nowhere else, into no record and no log. */
export interface Assertions {
  /** For an order by `webIdentity` or `saml`. @throws RoleSessionError `failed`: nothing was signed. */
  sign(order: RoleSessionOrder): Promise<Secret>;
}

export class RoleSessionError extends Error {
  readonly outcome: 'failed' | 'unknown';

  constructor(outcome: 'failed' | 'unknown', reason: string, options?: { cause?: unknown }) {
    super(reason, options);
    this.name = 'RoleSessionError';
    this.outcome = outcome;
  }
}

export interface ConsoleSignIn {
  /**
   * A console sign-in URL for the role session: a secret, good for 15 minutes.
   * @throws HatcheckError `aws_unavailable` when the federation endpoint does not give a token.
   */
  url(credentials: TemporaryCredentials, where: ConsoleWhere): Promise<ConsoleUrl>;
}

export interface ConsoleWhere {
  readonly partition: string;
  readonly region: string;
  readonly destination?: ConsoleDestination;
  /** Whether a console session that the browser has is ended on the way. */
  readonly logoutFirst?: boolean;
}

export interface ConsoleUrl {
  readonly url: Secret;
  readonly expiresAt: Instant;
}

/** The services that know tickets. */
export interface Tickets {
  /** What `service` says of the ticket now; never throws: `unavailable` when it does not say. */
  look(service: string, ticket: string): Promise<TicketAnswer>;
}

/** Who is on call. */
export interface OnCall {
  /**
   * The e-mail addresses of those who are, now or within the last minute, as `issuer` says them: what one identity provider calls somebody
   * is no other's to say. Never throws: nobody is, when it cannot be found out.
   */
  emails(name: string, issuer: string): Promise<readonly string[]>;
}

/** Where it is put what somebody should be told. */
export interface Notices {
  /** Once it is taken it is not lost; the same notice may be sent again. @throws HatcheckError `aws_unavailable`: send it again. */
  send(notice: Notice): Promise<void>;
}

/** A request whose sessions that are out are to be ended, or whose deny is to be looked at again. */
export interface Revocation {
  /** The same when it is sent again. */
  readonly id: string;
  readonly requestId: string;
  /** Those of one role are dealt with one after the other. */
  readonly roleArn: string;
}

/** Where it is put whose sessions are to be ended. */
export interface Revocations {
  /** Once it is taken it is not lost; the same one may be sent again. @throws HatcheckError `aws_unavailable`: send it again. */
  send(revocation: Revocation): Promise<void>;
}

/** What will be due of requests, derived from the ledger as summaries are; written with them. */
export interface Dues {
  /** By which they are spread. */
  readonly shards: readonly string[];
  /** A page of what was due by `now`, oldest first; `next` is where the following one begins. It may lag. @throws HatcheckError `ledger_unavailable` */
  by(now: Instant, shard: string, after?: Due): Promise<{ readonly items: readonly Due[]; readonly next?: Due }>;
  /** It was dealt with, and does not come back. */
  done(due: Due): Promise<void>;
  /** It is due at another time. */
  again(due: Due): Promise<void>;
}

/** Time and chance, injected. */
export interface Clock {
  now(): Instant;
  /** Waits; only between two tries at the ledger. */
  pause(ms: number): Promise<void>;
}

export interface Chance {
  /** A ULID. */
  id(): string;
  /** `bytes` random bytes, base64url. */
  token(bytes: number): string;
  /** Uniform in [0, 1); for jitter only. */
  fraction(): number;
}
