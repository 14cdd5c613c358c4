import type { Control } from './control.ts';
import type { Delegation } from './delegation.ts';
import type { Snapshot, Stage } from './entitlement.ts';
import type { Hold } from './hold.ts';
import type { Approvers, Handle, Instant } from './principal.ts';
import type { Reservation } from './reservation.ts';
import type { NothingOf, Unsayable } from './sayable.ts';
import type { Scope } from './scope.ts';
import type { Escalation } from './stages.ts';
import type { Standing } from './standing.ts';

/**
 * Free text stands beside the chain, so that it can be deleted: the event holds where it is and a salted hash of it.
 * The pair (author, id) is its key in the identity table; the author is the event's actor.
 */
export interface TextRef {
  readonly id: string;
  /** base64url SHA-256 of the salt and the text. */
  readonly hash: string;
}

export interface Actor {
  readonly kind: 'person' | 'workload' | 'system';
  readonly handle: Handle;
}

/** An account in chat, by the platform's own ids: neither is a name, and both stay when a person is forgotten. */
export interface ChatAccountRef {
  readonly platform: 'slack' | 'teams';
  readonly workspace: string;
  readonly user: string;
}

/** What each event says. The closed list: one writer a type, its meaning in a sentence. */
export interface EventData {
  /** A principal asked. With `autoApproved` it is approved in the same breath, by rule. */
  'request.submitted': {
    readonly requestId: string;
    readonly entitlementId: string;
    readonly snapshot: Snapshot;
    readonly justification: TextRef;
    readonly ticket?: string;
    /** No more than this of the role, and nobody can change it afterwards. */
    readonly scope?: Scope;
    readonly durationSeconds: number;
    readonly startAt?: Instant;
    readonly autoApproved: boolean;
    /** Empty when `autoApproved`. */
    readonly stages: readonly Stage[];
    /** The stages are open all at once. */
    readonly parallel?: true;
    readonly escalation?: Escalation;
    /** Absent when `autoApproved`. */
    readonly pendingUntil?: Instant;
    /** Who may revoke it besides its approvers, whatever becomes of access.yml; absent: nobody, or written before it was kept. */
    readonly revokers?: Approvers;
    /** Past the approval, and to be looked at by somebody of these before that. */
    readonly breakGlass?: { readonly reviewBy: Instant; readonly reviewers: Approvers };
    /** Asked for together with others, each a request of its own. */
    readonly bundle?: Bundle;
  };
  /** One approver said yes at one stage; the fold says when it is enough. */
  'request.approved': {
    /** Said of the extension that was asked for, not of the request. */
    readonly extension?: true;
    readonly stage: number;
    /** Of parallel stages, all that the approver could speak for, where that is more than one: the fold may seat them anew. */
    readonly couldServe?: readonly number[];
    /** Of a delegate: who would have said it, were they not away. */
    readonly onBehalfOf?: Handle;
    readonly comment?: TextRef;
    /** Present only when lowered. */
    readonly durationSeconds?: number;
    /** Present only when moved, later. */
    readonly startAt?: Instant;
  };
  /** With `extension` the grant goes on as it was. */
  'request.denied': { readonly extension?: true; readonly reason: TextRef };
  'request.cancelled': { readonly extension?: true };
  /** The requester asked for more time on a live grant; the grant goes on as it is meanwhile. */
  'request.extension_requested': {
    readonly durationSeconds: number;
    readonly justification: TextRef;
    readonly stages: readonly Stage[];
    readonly parallel?: true;
    readonly escalation?: Escalation;
    /** Never after the grant's end. */
    readonly pendingUntil: Instant;
  };
  /** The requester got more time on a live grant, by rule. */
  'request.extended': { readonly durationSeconds: number; readonly justification: TextRef };
  /** Somebody else looked at a break-glass, during it or afterwards. */
  'request.reviewed': { readonly verdict: Verdict; readonly comment: TextRef };
  /** A pending request's time was over. Written by the schedule, for those who follow the ledger; the status said so already. */
  'request.lapsed': { readonly pendingUntil: Instant };
  /** Somebody else ended an approved request, or the sessions that were left of one that was over. */
  'request.revoked': { readonly reason: TextRef };
  /** The requester ended an approved request early. */
  'request.ended': Readonly<Record<string, never>>;
  /** Written before STS is called; without an outcome behind it, a role session may or may not have been opened. */
  'credentials.intended': {
    readonly purpose: Purpose;
    readonly roleArn: string;
    readonly sessionNameHash: string;
    readonly durationSeconds: number;
    readonly endsAt: Instant;
    readonly tags: Readonly<Record<string, string>>;
  };
  /** A role session was opened. Written before any of it leaves. */
  'credentials.issued': { readonly intent: string; readonly accessKeyId: string; readonly expiration: Instant };
  /** A role session was opened and dropped: nobody got it. */
  'credentials.withheld': { readonly intent: string; readonly accessKeyId: string; readonly reason: string };
  /** AWS said no: no role session was opened. */
  'credentials.failed': { readonly intent: string; readonly reason: string };
  /** AWS did not answer in time: a role session may be open, and nobody holds it. */
  'credentials.unknown': { readonly intent: string; readonly reason: string };
  /** The sessions of a closed request that were out are denied everything: IAM showed it so long after the close. */
  'sessions.ended': { readonly tookMs: number; readonly by: EndedBy };
  /** Stands in `refusals#<request id>`, apart from the lifecycle, so that nobody can crowd out a revoke. */
  'credentials.refused': {
    readonly requestId: string;
    readonly purpose: Purpose;
    readonly code: string;
    readonly reason: string;
  };
  /** A console sign-in URL was made of the session that `intent` opened. Written before it leaves. */
  'console.issued': { readonly intent: string; readonly expiresAt: Instant };
  'signin.succeeded': {
    readonly provider: string;
    readonly method: 'browser' | 'token_exchange' | 'authorization_code' | 'device_code';
    readonly methods: readonly string[];
  };
  /** A signed assertion was verified and refused all the same. An assertion that proves nothing is a metric only. */
  'signin.refused': {
    readonly provider: string;
    readonly method: 'browser' | 'token_exchange';
    readonly reason: string;
  };
  /**
   * A session was ended before its time: by its owner, because a token of it was used twice, because the identity provider no longer
   * speaks for the person, or because it said that they signed out there. Written when it is surely gone.
   */
  'signin.ended': {
    readonly via: 'cookie' | 'bearer';
    readonly reason: 'signed_out' | 'removed' | 'reused' | 'provider_refused' | 'provider_ended';
  };
  /** Somebody of the security team put a hold on a person, an entitlement, an account or everything. Stands in `control`. */
  'hold.placed': { readonly hold: Hold; readonly carried: Control };
  /** A hold was taken away. Stands in `control`. */
  'hold.lifted': { readonly holdId: string; readonly reason?: TextRef; readonly carried: Control };
  /** An access policy was deployed, or rolled back to: functions with another one let nothing grow. Stands in `control`. */
  'policy.activated': { readonly version: string; readonly carried: Control };
  /**
   * Identities were proved to be one person's: all of `person`. Stands in the stream of each of them, `person#<handle>`. With `chat`: from now on
   * that account in chat is this identity.
   */
  'link.made': { readonly person: readonly Handle[]; readonly chat?: ChatAccountRef; readonly carried: Standing };
  /**
   * An identity is no longer linked, and for self-approval it counts all the same. Stands in `person#<handle>`, for each. With `chat`: that account
   * is nobody now.
   */
  'link.removed': { readonly handle: Handle; readonly chat?: ChatAccountRef; readonly carried: Standing };
  /** Somebody approves in another's place for a time. Stands in both their streams. */
  'delegation.made': { readonly delegation: Delegation; readonly carried: Standing };
  'delegation.removed': { readonly delegationId: string; readonly carried: Standing };
  /** Requests are about to count against their requester's limits. Stands in `person#<handle>`, before the requests do. */
  'reservation.made': { readonly reservations: readonly Reservation[]; readonly carried: Standing };
  /**
   * Somebody of the security team ended all sessions of a person, or of a job: of `people`, all of their identities. Stands in `person#<handle>`
   * of the one that was named.
   */
  'person.signed_out': {
    readonly people: readonly Handle[];
    readonly ended: number;
    readonly reason: TextRef;
    readonly carried: Standing;
  };
  /** What was kept of a person beside the ledger was deleted. Stands in `person#<handle>`, of each of their identities. */
  'person.forgotten': { readonly handle: Handle; readonly carried: Standing };
  /** Something in the ledger was overwritten, deleted, or put there by somebody else. Stands in `alarm#<yyyy-mm-dd>`. */
  'ledger.altered': {
    readonly stream: string;
    readonly seq: number;
    readonly change: LedgerAlteration;
    /** As the item had it, and where it had one. */
    readonly hashBefore?: string;
    readonly hashAfter?: string;
  };
  /** Events of the ledger were put into the log, which all of them end up in. Stands in `log`. */
  'log.extended': {
    /** Which leaf of the log the first entry is. */
    readonly first: number;
    readonly entries: readonly LogEntry[];
    /** The log after it: its leaves, and the roots of its perfect subtrees, base64url, largest first. */
    readonly carried: { readonly size: number; readonly frontier: readonly string[] };
  };
  /** The log as it was, signed. Stands in `checkpoint`. */
  'checkpoint.signed': {
    /** Canonical JSON of `{at, log, previous, root, size, v}`; the signature is over its UTF-8 bytes. */
    readonly checkpoint: string;
    /** base64 of the DER of an ECDSA signature, P-256 with SHA-256. */
    readonly signature: string;
    /** base64url SHA-256 of the public key, SubjectPublicKeyInfo in DER. */
    readonly kid: string;
  };
}

/** An event in the log: its place in the ledger, and its hash, which is what the leaf is of. */
export interface LogEntry {
  readonly stream: string;
  readonly seq: number;
  readonly hash: string;
}

/** `insert`: an event that was put there, and that is none of ours. */
export type LedgerAlteration = 'insert' | 'modify' | 'remove';

/** All requests that were asked for together, in the order in which they were named. */
export interface Bundle {
  readonly id: string;
  readonly requestIds: readonly string[];
}

/**
 * `boundary`: these sessions and no others; `source_identity`: all that the requester opened on the role before; `token_issue_time`: all
 * that anybody did.
 */
export type EndedBy = 'boundary' | 'source_identity' | 'token_issue_time';

export type Verdict = 'justified' | 'unjustified';

export type Purpose = 'credentials' | 'console';

export type EventType = keyof EventData;

/** What happened, before it has its place in a stream. */
export type DomainEvent<T extends EventType = EventType> = T extends EventType
  ? { readonly type: T; readonly data: EventData[T] }
  : never;

/** What happened, with who and when. */
export type RecordedEvent<T extends EventType = EventType> = DomainEvent<T> & {
  readonly eventId: string;
  readonly at: Instant;
  readonly actor: Actor;
  /** Version of the access policy in the bundle that wrote it. Absent in events that were written before there were versions. */
  readonly policy?: string;
  /** Made of the Idempotency-Key that it was said with: what is said again with that has happened already. */
  readonly key?: string;
};

/**
 * An event in its place: `seq` counts from 0 without gaps, `prevHash` is the hash of `seq - 1` (`''` for the first), and `hash` is
 * SHA-256, base64url, over the canonical JSON (RFC 8785) of everything else.
 */
export type StoredEvent<T extends EventType = EventType> = RecordedEvent<T> & {
  readonly stream: string;
  readonly seq: number;
  readonly prevHash: string;
  readonly hash: string;
  readonly v: 1;
};

/** Nothing secret is in any event: a member of any of them that could hold one does not compile here. */
export type SecretsInEvents = NothingOf<Unsayable<StoredEvent, 'event'>>;
