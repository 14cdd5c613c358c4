import type { RouteContract } from '../route-contract.ts';
import { open } from './pieces.ts';

/** The routes of `functions/portal.ts`. */
export const portalRoutes = {
  'GET /healthz': {
    ...open,
    operationId: 'getHealth',
    summary: 'Whether the broker answers at all.',
    function: 'portal',
    answers: { 200: 'Health' },
    codes: [],
  },
  'GET /openapi.json': {
    ...open,
    operationId: 'getOpenApi',
    summary: 'This description.',
    function: 'portal',
    answers: { 200: 'OpenApi' },
    codes: [],
  },
  $default: {
    ...open,
    operationId: 'getPortal',
    summary: 'The portal: one page and its assets.',
    function: 'portal',
    query: undefined,
    answers: { 200: 'page', 304: 'empty' },
    codes: ['not_found'],
  },
} as const satisfies Record<string, RouteContract>;
