import type { Actor, EventType, TextRef } from '../../domain/event.ts';
import type { Handle, Instant } from '../../domain/principal.ts';

/** By what the ledger is searched, the most selective first: of several filters the first leads, and the others are checked on what it finds. */
export const FACETS = [
  ...(['ticket', 'person', 'role', 'entitlement', 'account'] as const),
  ...(['breakGlass', 'refusals', 'type', 'everything'] as const),
] as const;

export type Facet = (typeof FACETS)[number];

/** What is looked under: a facet with its value; `''` where there is only one. */
export interface Under {
  readonly facet: Facet;
  readonly value: string;
}

/** What a request lends to all that is found of it; it never changes. */
export interface OfRequest {
  readonly requestId: string;
  readonly requester: Handle;
  readonly entitlementId: string;
  readonly accountId: string;
  readonly roleArn: string;
  readonly ticket?: string;
  readonly breakGlass?: true;
}

/** An event as the index holds it: no words and no names, so that whoever is forgotten is nowhere in it but by handle. */
export interface FoundEvent extends Partial<OfRequest> {
  readonly eventId: string;
  readonly stream: string;
  readonly seq: number;
  readonly type: EventType;
  readonly at: Instant;
  readonly actor: Actor;
  /** Whom it concerns: who did it, whose request it is, for whom it was done. */
  readonly people: readonly Handle[];
  /** Present: somebody was refused; a code, or `denied` by a person. */
  readonly refused?: string;
  /** What the actor wrote. */
  readonly words?: TextRef;
}

/** A grant as the index holds it: who could do what from when to when, whether or not they did. */
export interface FoundGrant extends OfRequest {
  /** The requester, and everybody who said yes or in whose place it was said. */
  readonly people: readonly Handle[];
  readonly startsAt: Instant;
  /** When the grant ends, or ended. */
  readonly endsAt: Instant;
  /** Until when sessions of it could be used: later than `endsAt` where it was closed and its sessions were not denied at once. */
  readonly liveUntil: Instant;
  /** How many role sessions were asked for. */
  readonly sessions: number;
  /** Of the request's last event that this tells of. */
  readonly seq: number;
}

/** Where they stand in every list: by time, then by id. */
export const positionOfEvent = ({ at, eventId }: FoundEvent): string => `${at}#${eventId}`;

export const positionOfGrant = ({ startsAt, requestId }: FoundGrant): string => `${startsAt}#${requestId}`;

const ofRequest = (found: Partial<OfRequest> & { readonly people: readonly Handle[] }): readonly Under[] => [
  ...(found.ticket === undefined ? [] : [{ facet: 'ticket' as const, value: found.ticket }]),
  ...[...new Set(found.people)].map((value) => ({ facet: 'person' as const, value })),
  ...(found.roleArn === undefined ? [] : [{ facet: 'role' as const, value: found.roleArn }]),
  ...(found.entitlementId === undefined ? [] : [{ facet: 'entitlement' as const, value: found.entitlementId }]),
  ...(found.accountId === undefined ? [] : [{ facet: 'account' as const, value: found.accountId }]),
  ...(found.breakGlass ? [{ facet: 'breakGlass' as const, value: '' }] : []),
];

/** Under what an event is found. */
export const underOfEvent = (found: FoundEvent): readonly Under[] => [
  ...ofRequest(found),
  ...(found.refused === undefined ? [] : [{ facet: 'refusals' as const, value: '' }]),
  { facet: 'type', value: found.type },
  { facet: 'everything', value: '' },
];

/** Under what a grant is found. */
export const underOfGrant = (found: FoundGrant): readonly Under[] => [
  ...ofRequest(found),
  { facet: 'everything', value: '' },
];

/** Whether it is under all of these. */
export const isUnder = (found: readonly Under[], wanted: readonly Under[]): boolean =>
  wanted.every(({ facet, value }) => found.some((one) => one.facet === facet && one.value === value));
