import type { RouteContract } from '../route-contract.ts';
import { open } from './pieces.ts';

/** The routes of `functions/issuer.ts`: what AWS reads of us. */
export const issuerRoutes = {
  'GET /.well-known/openid-configuration': {
    ...open,
    operationId: 'getIssuer',
    summary:
      'Who signs the tokens that open role sessions (OpenID Connect Discovery 1.0); for AWS, nobody signs in here.',
    function: 'issuer',
    answers: { 200: 'Issuer' },
    codes: [],
  },
  'GET /.well-known/jwks.json': {
    ...open,
    operationId: 'getIssuerKeys',
    summary: 'The public keys of those tokens, of the current key and its neighbours (RFC 7517).',
    function: 'issuer',
    answers: { 200: 'IssuerKeys' },
    codes: ['aws_unavailable'],
  },
} as const satisfies Record<string, RouteContract>;
