import { AssertionRefused } from '../assertion-refused.ts';
import type { SamlExpectation, VerifiedSaml } from './expectation.ts';

export { idpInitiated, type SamlExpectation, type SamlIdp, sha1InTestsOnly, type VerifiedSaml } from './expectation.ts';

/** @throws AssertionRefused */
export const verifySamlResponse = (_base64: string, _expectation: SamlExpectation): VerifiedSaml => {
  throw new AssertionRefused('structure');
};
