import type { APIGatewayProxyStructuredResultV2 } from 'aws-lambda';
import type { ApiMiddleware, ApiRequest } from '../middleware.ts';

/** On every answer; one that the handler sets itself wins. There is no CORS header among them, for any origin. */
const HEADERS = {
  'cache-control': 'no-store',
  'content-security-policy': "default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'",
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
  'permissions-policy': 'camera=(), geolocation=(), microphone=(), payment=(), usb=()',
  'referrer-policy': 'no-referrer',
  'strict-transport-security': 'max-age=63072000; includeSubDomains',
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'DENY',
} as const;

export const securityHeaders = (): ApiMiddleware => ({ after: add, onError: add });

const add = (request: ApiRequest): void => {
  const response = (request.response ?? {}) as APIGatewayProxyStructuredResultV2;
  request.response = {
    ...response,
    headers: { ...HEADERS, 'hatcheck-call': request.context.call.callId, ...response.headers },
  };
};
