import type { OnCall, Tickets } from '../lib/broker/ports.ts';
import type { Surroundings } from '../lib/broker/system.ts';
import { resolveSecrets } from '../lib/config/bundled.ts';
import type { Config } from '../lib/config/environment.ts';
import { type ResolveSecret, ofStage } from '../lib/config/secret-reference.ts';
import { onCallSources } from '../lib/outbound/on-call-sources.ts';
import { ticketServices } from '../lib/outbound/ticket-services.ts';

/** Loaded when an outside service is first asked: most calls have nothing to do with one. */
export const outsideSecrets = ({ stage, region }: Pick<Config, 'stage' | 'region'>): ResolveSecret => {
  const resolve = resolveSecrets(async (kind, name) => {
    const { parameterStore } = await import('../lib/aws/parameter-store.ts');
    return parameterStore({ region })(kind, name);
  });
  return (reference) => resolve(ofStage(reference, stage));
};

export const ticketsOf = ({ outside, stage, region }: Config, { logger }: Pick<Surroundings, 'logger'>): Tickets =>
  ticketServices(outside.tickets, {
    resolveSecret: outsideSecrets({ stage, region }),
    onUnavailable: (provider, cause) => {
      logger.error('a ticket service could not be asked', { provider }, cause);
    },
  });

/** Who is on call, of those of whom access.yml says something; nothing where it says nothing. */
export const onCallOf = (
  { outside, stage, region }: Config,
  { clock, logger }: Pick<Surroundings, 'clock' | 'logger'>,
): { readonly onCall?: OnCall } =>
  outside.onCall.length === 0
    ? {}
    : {
        onCall: onCallSources(outside.onCall, {
          clock,
          resolveSecret: outsideSecrets({ stage, region }),
          onUnavailable: (provider, cause) => {
            logger.error('who is on call could not be found out, so nobody is', { provider }, cause);
          },
        }),
      };
