import { eventBridgeClient, putOnBus } from '../lib/aws/event-bus.ts';
import type { EventBus } from '../lib/broker/log/ports.ts';
import { busEntryOf } from '../lib/broker/ocsf/bus-entry.ts';
import type { Config } from '../lib/config/environment.ts';
import { awsAccess } from './aws-access.ts';

/** Where a stage has a bus, every event is put on it before it goes into the log. */
export const busOf = (config: Config, pause: (ms: number) => Promise<void>): { readonly bus?: EventBus } => {
  const { eventBus: name, origin } = config;
  if (name === undefined) return {};
  const at = { client: eventBridgeClient(awsAccess(config, 'events')), name, pause };
  return {
    bus: {
      put: (events) =>
        putOnBus(
          at,
          events.map((event) => busEntryOf(event, origin)),
        ),
    },
  };
};
