import type { SamlFault } from './saml/saml-fault.ts';

/** Why an assertion is refused. Codes for tests, events and the operator's log; the client reads one fixed text for all of them. */
export type AssertionFault =
  | 'too_large'
  | 'malformed'
  | 'header'
  | 'typ'
  | 'algorithm'
  | 'key'
  | 'signature'
  | 'issuer'
  | 'audience'
  | 'authorized_party'
  | 'expired'
  | 'not_yet_valid'
  | 'too_old'
  | 'nonce'
  | 'subject'
  | 'authentication_time'
  | 'token_hash'
  | 'groups'
  | 'groups_elsewhere'
  | 'not_matched'
  | 'replayed'
  | 'no_logout'
  | SamlFault;

export class AssertionRefused extends Error {
  readonly fault: AssertionFault;
  /** Whom the assertion speaks of. Known only when its signature was good: such a refusal is worth an event. */
  readonly subject: string | undefined;

  constructor(fault: AssertionFault, options?: { subject?: string; cause?: unknown }) {
    super(`assertion refused: ${fault}`, { cause: options?.cause });
    this.name = 'AssertionRefused';
    this.fault = fault;
    this.subject = options?.subject;
  }
}

/** The identity provider did not answer as it should, so that nothing can be said of the assertion. */
export class ProviderUnavailable extends Error {
  constructor(reason: string, options?: { cause?: unknown }) {
    super(reason, options);
    this.name = 'ProviderUnavailable';
  }
}
