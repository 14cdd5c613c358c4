import { EventBridgeClient } from '@aws-sdk/client-eventbridge';
import { putOnBus } from '../../../lib/aws/event-bus.ts';
import { sequence } from '../../../lib/broker/log/sequence.ts';
import type { StoredEvent } from '../../../lib/domain/event.ts';
import { eventsOf, logWorld } from '../../support/memory-log.ts';
import { patient } from '../../support/memory.ts';
import { delayed, roundTrips } from './round-trips.ts';

/** How many round trips, one after the other, the log's one writer takes for so many events of as many streams that it is told at once. */
export const sequencerTrips = async (events: number): Promise<number> => {
  const { trip, drive } = roundTrips();
  const { sequencer, ledger, places } = logWorld();
  const bus = new EventBridgeClient({ region: 'eu-west-1' });
  bus.middlewareStack.add(
    () =>
      async ({ input }) => {
        await trip();
        const { Entries = [] } = input as { readonly Entries?: readonly unknown[] };
        return { response: {}, output: { $metadata: {}, Entries: Entries.map(() => ({ EventId: 'taken' })) } };
      },
    { step: 'initialize', name: 'in place of EventBridge' },
  );
  const entryOf = ({ type, at }: StoredEvent) => ({ type, at, detail: {}, brief: {} });
  const far = {
    ...sequencer,
    ledger: delayed(ledger, trip),
    places: delayed(places, trip),
    bus: {
      put: (all: readonly StoredEvent[]) => putOnBus({ client: bus, name: 'bus', pause: trip }, all.map(entryOf)),
    },
  };
  const told = Array.from({ length: events }, (_, n) => eventsOf(`signin#${n}`, 1)).flat();
  for (const event of told) await ledger.append(event);
  // The log is not at its very beginning, where there is nothing to read.
  await sequence(sequencer, eventsOf('signin#before', 1), patient);
  return drive(sequence(far, told, patient));
};
