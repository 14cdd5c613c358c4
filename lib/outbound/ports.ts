import type { Rota } from '../domain/rota.ts';

/** A service outside AWS, as access.yml describes it. Nothing else says where to ask. */
interface Service {
  readonly id: string;
  /** https, or http on a loopback address. */
  readonly url: string;
  /** A reference to the secret, resolved when it is first needed. */
  readonly token?: string;
  /** With it the token is this user's password or API token (RFC 7617), else a bearer token (RFC 6750). */
  readonly user?: string;
}

/** One that knows tickets. */
export type TicketService =
  | (Service & { readonly type: 'jira' | 'servicenow' })
  | (Service & {
      /** `{ticket}` in its `url` stands for the ticket. */
      readonly type: 'generic';
      /** JSON Pointers (RFC 6901) into the answer. */
      readonly state: string;
      readonly assignee?: string;
      /** The states in which a ticket is open; in any other it is closed. */
      readonly open: readonly string[];
    });

/** Whose people are on call: of this issuer, by the e-mail address that it says; of no other, whatever address that one says. */
interface OnCallOf {
  readonly id: string;
  readonly issuer: string;
}

/** One that knows who is on call. */
export interface OnCallService extends OnCallOf {
  readonly type: 'pagerduty' | 'opsgenie';
  readonly url: string;
  readonly token: string;
  /** The schedule's id there. */
  readonly schedule: string;
}

/** Behind a group `oncall:<id>`. */
export type OnCallSource = OnCallService | (Rota & OnCallOf & { readonly type: 'rota' });

/** Every service outside AWS that access.yml names, and the rotas that stand in it. */
export interface OutsideServices {
  readonly tickets: readonly TicketService[];
  readonly onCall: readonly OnCallSource[];
}
