import type { OnCall, Tickets } from '../lib/broker/ports.ts';
import type { Surroundings } from '../lib/broker/system.ts';
import { resolveSecrets } from '../lib/config/bundled.ts';
import type { Config } from '../lib/config/environment.ts';
import { onCallSources } from '../lib/outbound/on-call-sources.ts';
import { ticketServices } from '../lib/outbound/ticket-services.ts';

/** Loaded when an outside service is first asked: most calls have nothing to do with one. */
const outsideSecrets = (region: string) =>
  resolveSecrets(async (kind, name) => {
    const { parameterStore } = await import('../lib/aws/parameter-store.ts');
    return parameterStore({ region })(kind, name);
  });

export const ticketsOf = ({ outside, region }: Config, { logger }: Pick<Surroundings, 'logger'>): Tickets =>
  ticketServices(outside.tickets, {
    resolveSecret: outsideSecrets(region),
    onUnavailable: (provider, cause) => {
      logger.error('a ticket service could not be asked', { provider }, cause);
    },
  });

/** Who is on call, of those of whom access.yml says something; nothing where it says nothing. */
export const onCallOf = (
  { outside, region }: Config,
  { clock, logger }: Pick<Surroundings, 'clock' | 'logger'>,
): { readonly onCall?: OnCall } =>
  outside.onCall.length === 0
    ? {}
    : {
        onCall: onCallSources(outside.onCall, {
          clock,
          resolveSecret: outsideSecrets(region),
          onUnavailable: (provider, cause) => {
            logger.error('who is on call could not be found out, so nobody is', { provider }, cause);
          },
        }),
      };
