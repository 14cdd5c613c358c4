import { type BusEntry, eventBridgeClient, putOnBus } from '../lib/aws/event-bus.ts';
import type { EventBus } from '../lib/broker/log/ports.ts';
import { anomalyEntryOf } from '../lib/broker/ocsf/anomaly-entry.ts';
import { busEntryOf } from '../lib/broker/ocsf/bus-entry.ts';
import type { Config } from '../lib/config/environment.ts';
import type { Anomaly } from '../lib/domain/anomaly.ts';
import { awsAccess } from './aws-access.ts';

type Pause = (ms: number) => Promise<void>;

/** Where a stage has a bus, every event is put on it before it goes into the log. */
export const busOf = (config: Config, pause: Pause): { readonly bus?: EventBus } => {
  const put = putting(config, pause);
  return put ? { bus: { put: (events) => put(events.map((event) => busEntryOf(event, config.origin))) } } : {};
};

/** And what is unusual. */
export const anomaliesOn = (config: Config, pause: Pause): ((anomaly: Anomaly) => Promise<void>) => {
  const put = putting(config, pause);
  return async (anomaly) => put?.([anomalyEntryOf(anomaly, config.origin)]);
};

const putting = (config: Config, pause: Pause): ((entries: readonly BusEntry[]) => Promise<void>) | undefined => {
  const { eventBus: name } = config;
  if (name === undefined) return undefined;
  const bus = { client: eventBridgeClient(awsAccess(config, 'events')), name, pause };
  return (entries) => putOnBus(bus, entries);
};
