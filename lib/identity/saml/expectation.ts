import type { KeyObject } from 'node:crypto';
import type { Instant } from '../../domain/principal.ts';

/** An identity provider as its metadata was pinned: nothing that arrives with a response adds to it. */
export interface SamlIdp {
  readonly entityId: string;
  /** PEM or base64 of the DER; more than one while the provider rolls its key over. */
  readonly certificates: readonly string[];
  readonly ssoUrl: string;
}

/** The explicit opt-in to responses that nobody asked for: then a stranger's response can be planted in a browser (login CSRF). */
export const idpInitiated = Symbol('a SAML response that no browser of ours asked for');

/** For the public corpora, most of which is signed with RSA-SHA1. Never reachable from access.yml. */
export const sha1InTestsOnly = Symbol('RSA-SHA1, in tests only');

/** What a response must be to count here and now. */
export interface SamlExpectation {
  readonly idp: SamlIdp;
  readonly spEntityId: string;
  /** Where it must have been sent, letter by letter: our place for responses, or our token endpoint. */
  readonly recipient: string;
  readonly now: Instant;
  /** The id of the AuthnRequest that this browser began. */
  readonly inResponseTo: string | typeof idpInitiated;
  /** RSA, for encrypted assertions. */
  readonly decryptionKey?: KeyObject;
  readonly allowSha1ForTests?: typeof sha1InTestsOnly;
}

/** Only a verified signature and checked statements make one. */
export interface VerifiedSaml {
  readonly assertionId: string;
  /** The latest instant at which it could be replayed, skew included. */
  readonly notOnOrAfter: Instant;
  readonly issuer: string;
  readonly issuedAt: Instant;
  readonly nameId: string;
  readonly nameIdFormat?: string;
  readonly attributes: ReadonlyMap<string, readonly string[]>;
  readonly authnInstant: Instant;
  readonly authnContext?: string;
  readonly sessionNotOnOrAfter?: Instant;
  readonly sessionIndex?: string;
  readonly inResponseTo?: string;
}
