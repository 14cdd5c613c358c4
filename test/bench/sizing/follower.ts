import { watchForAnomalies } from '../../../lib/broker/anomalies/watch.ts';
import { watchLedger } from '../../../lib/broker/watch-ledger.ts';
import { approved, approver, engineer, intended, noon, recorded, submitted } from '../../support/builders.ts';
import { appended, watched, write } from '../../unit/broker/watch-scene.ts';
import { delayed, roundTrips } from './round-trips.ts';

/** How many round trips, one after the other, an event of a request takes until it has been followed; as a mean over a request that is used and ended. */
export const followerTrips = async (): Promise<number> => {
  const { trip, drive } = roundTrips();
  const near = watched();
  const intent = intended(noon(60));
  const data = { intent: intent.eventId, accessKeyId: 'ASIA', expiration: noon(900) };
  const issued = recorded('credentials.issued', data, { by: engineer, at: noon(61) });
  const ended = recorded('request.ended', {}, { by: engineer, at: noon(120) });
  const events = await write(near.ledger, submitted(), approved(approver, noon(30)), intent, issued, ended);
  const [ledger, summaries] = [delayed(near.ledger, trip), delayed(near.summaries, trip)];
  const far = {
    ...{ ...near, ledger, summaries, search: delayed(near.search, trip), dues: delayed(near.dues, trip) },
    ...{ notices: delayed(near.notices, trip), revocations: delayed(near.revocations, trip) },
  };
  const unusual = {
    ...{ ledger, summaries: { ofRequester: async () => trip().then(() => ({ items: [] })) } },
    ...{ marks: { first: async () => trip().then(() => true) }, tell: trip },
  };
  const follow = async (): Promise<void> => {
    for (const event of events) {
      await watchLedger(far, appended(event));
      await watchForAnomalies(unusual, event);
    }
  };
  return (await drive(follow())) / events.length;
};
