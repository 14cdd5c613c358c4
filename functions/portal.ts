import { onLambda } from '../lib/config/bundled.ts';
import type { Config } from '../lib/config/environment.ts';
import { api } from '../lib/http/api.ts';
import { portalRoutes } from '../lib/http/contract/portal.ts';
import { staticFiles } from '../lib/http/static-files.ts';
import type { StaticFiles } from '../lib/http/static-files.ts';
import { createLogger } from '../lib/logger.ts';
import type { Logger } from '../lib/logger.ts';
import { type Meter, createMeter } from '../lib/metrics.ts';
import { knowsNobody } from './knows-nobody.ts';
import { meterOf } from './meter-of.ts';

/** The portal's files and the OpenAPI document, put here when the function is built; absent outside a bundle. */
declare const __PORTAL__: StaticFiles;
declare const __OPENAPI__: string;

export interface PortalParts {
  readonly files: StaticFiles;
  /** The text of the document. */
  readonly openApi: string;
  readonly logger: Logger;
  readonly meterIn?: (stage: string) => Meter;
}

const bundled = (): PortalParts => ({
  ...{ files: __PORTAL__, openApi: __OPENAPI__ },
  ...{ logger: createLogger('portal'), meterIn: (stage) => createMeter('portal', { stage }) },
});

type PortalConfig = Pick<Config, 'stage' | 'origin' | 'endpoints'>;

export const create = ({ stage, origin, endpoints }: PortalConfig, parts = bundled()) =>
  api({
    origin,
    ...{ logger: parts.logger, meter: meterOf({ stage }, parts) },
    authenticate: knowsNobody,
    contract: portalRoutes,
    routes: {
      'GET /healthz': () => Promise.resolve({ status: 200, json: { status: 'ok' } }),
      'GET /openapi.json': () =>
        Promise.resolve({
          status: 200,
          asset: { type: 'application/json', body: parts.openApi, encoding: 'utf8' },
          headers: { 'cache-control': 'no-cache' },
        }),
      $default: staticFiles(parts.files, pagePolicy(endpoints)),
    },
  });

/**
 * Where the console form may lead: browsers hold a form's redirects to `form-action` too, so both the sign-in hosts that we redirect
 * to and the consoles that those redirect to stand here, for each partition.
 */
const CONSOLE_HOSTS = [
  ...['https://signin.aws.amazon.com', 'https://*.signin.aws.amazon.com'],
  ...['https://console.aws.amazon.com', 'https://*.console.aws.amazon.com'],
  ...['https://signin.amazonaws-us-gov.com', 'https://console.amazonaws-us-gov.com'],
  ...['https://signin.amazonaws.cn', 'https://console.amazonaws.cn'],
];

const pagePolicy = ({ federation, console }: Config['endpoints']): string => {
  const standIns = [federation, console].flatMap((url) => (url === undefined ? [] : [new URL(url).origin]));
  const formAction = ["'self'", ...CONSOLE_HOSTS, ...new Set(standIns)].join(' ');
  return [
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self'",
    "img-src 'self' data:",
    "connect-src 'self'",
    `form-action ${formAction}`,
    "base-uri 'none'",
    "frame-ancestors 'none'",
  ].join('; ');
};

export const handler = onLambda(create);
