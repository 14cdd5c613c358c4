import { expect, test } from '@jest/globals';
import { hold } from '../../../lib/broker/holds.ts';
import { issueCredentials } from '../../../lib/broker/issue.ts';
import { policy, security } from '../../support/builders.ts';
import { memoryDesk, patient } from '../../support/memory.ts';
import { asked, by, codeOf, eventsOf, granted, issuerAt } from './story.ts';

const version = 'the version of the bundle that wrote it';

test('every event of a request, its refusals and control says under which access policy it was written', async () => {
  const desk = memoryDesk({ policy: { ...policy(), version } });
  const live = await granted(desk);
  await issueCredentials(issuerAt(desk), by(live));
  const waiting = await asked(desk);
  await codeOf(issueCredentials(issuerAt(desk), by(waiting)));
  await hold(desk, { principal: security, named: { on: 'all' }, reason: 'an incident', patience: patient });
  const streams = await Promise.all(desk.ledger.streams().map((stream) => desk.ledger.read(stream)));
  const events = streams.flat();
  expect(events.map(({ type }) => type)).toEqual(
    expect.arrayContaining(['request.submitted', 'credentials.issued', 'credentials.refused', 'hold.placed']),
  );
  expect(events.map((event) => event.policy)).toEqual(events.map(() => version));
});

test('to say of an event that it was written under another policy breaks its chain', async () => {
  const desk = memoryDesk({ policy: { ...policy(), version } });
  const id = await asked(desk);
  desk.ledger.alter(`request#${id}`, 0, (canonical) => canonical.replace(version, 'another'));
  expect(await codeOf(eventsOf(desk, id))).toBe('ledger_unavailable');
});
