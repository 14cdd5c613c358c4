import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { linkIdentities, listIdentities, unlinkIdentity } from '../../../lib/broker/link-identities.ts';
import { readStanding } from '../../../lib/broker/person-stream.ts';
import { handlesOf, samePerson } from '../../../lib/domain/standing.ts';
import { handleOf, principal } from '../../support/builders.ts';
import { type MemoryDesk, memoryDesk, memoryLedger, memoryPeople, patient, unavailable } from '../../support/memory.ts';
import { codeOf } from './story.ts';

const person = (name: string) => principal(name, []);
const linked = (desk: MemoryDesk, one: string, other: string): Promise<void> =>
  linkIdentities(desk, { principal: person(one), other: handleOf(other), patience: patient });
const unlinked = (desk: MemoryDesk, one: string, removed: string): Promise<void> =>
  unlinkIdentity(desk, { principal: person(one), removed: handleOf(removed), patience: patient });
const sameAs = async (desk: MemoryDesk, name: string): Promise<readonly string[]> =>
  handlesOf(handleOf(name), await readStanding(desk.ledger, handleOf(name)));
const shown = async (desk: MemoryDesk, name: string): Promise<readonly string[]> =>
  (await listIdentities(desk, person(name))).map(({ handle }) => handle);
const handles = (...names: readonly string[]): readonly string[] => names.map(handleOf);
const all = (...names: readonly string[]) => expect.arrayContaining([...handles(...names)]);

test('a link stands in both streams, made by the one who began it', async () => {
  const desk = memoryDesk();
  await linked(desk, 'ada', 'bea');
  for (const [name, other] of [
    ['ada', 'bea'],
    ['bea', 'ada'],
  ] as const) {
    const [event, ...more] = await desk.ledger.read(`person#${handleOf(name)}`);
    expect(more).toStrictEqual([]);
    expect(event).toMatchObject({
      type: 'link.made',
      actor: { handle: handleOf('ada') },
      data: { carried: { sameAs: [handleOf(other)] } },
    });
  }
});

test('the same link again writes nothing', async () => {
  const desk = memoryDesk();
  await linked(desk, 'ada', 'bea');
  await linked(desk, 'bea', 'ada');
  expect(await desk.ledger.read(`person#${handleOf('ada')}`)).toHaveLength(1);
  expect(await desk.ledger.read(`person#${handleOf('bea')}`)).toHaveLength(1);
});

test('two couples that are linked become one person, in every stream', async () => {
  const desk = memoryDesk();
  await linked(desk, 'ada', 'bea');
  await linked(desk, 'cyd', 'dot');
  await linked(desk, 'bea', 'cyd');
  for (const name of ['ada', 'bea', 'cyd', 'dot']) {
    expect(await sameAs(desk, name)).toEqual(all('ada', 'bea', 'cyd', 'dot'));
    expect(await shown(desk, name)).toEqual(all('ada', 'bea', 'cyd', 'dot'));
  }
});

test('a link that was cut off between two streams is completed by the next try', async () => {
  const ledger = memoryLedger();
  let appends = 0;
  const faulty = {
    ...ledger,
    append: (event: Parameters<typeof ledger.append>[0]) => {
      appends += 1;
      return appends === 2 ? Promise.reject(unavailable()) : ledger.append(event);
    },
  };
  const desk = memoryDesk({ ledger: faulty });
  expect(await codeOf(linked(desk, 'ada', 'bea'))).toBe('ledger_unavailable');
  expect(await sameAs(desk, 'bea')).toEqual(handles('bea'));
  await linked(desk, 'ada', 'bea');
  expect(await sameAs(desk, 'bea')).toEqual(handles('bea', 'ada'));
});

test('the eleventh identity is refused, and nothing of the link is written', async () => {
  const desk = memoryDesk();
  for (let i = 1; i < 10; i += 1) await linked(desk, 'ada', `other-${i}`);
  await expect(linked(desk, 'ada', 'other-10')).rejects.toMatchObject({
    refusal: { code: 'limit_reached', rule: { name: 'identities', detail: 'At most 10 identities are one person.' } },
  });
  expect(await sameAs(desk, 'other-10')).toEqual(handles('other-10'));
  expect(await sameAs(desk, 'ada')).toHaveLength(10);
});

describe('of what is linked', () => {
  test('the caller sees their own identities by name, the one that asks first', async () => {
    const people = memoryPeople(new Map([[handleOf('bea'), { displayName: 'Bea', email: 'bea@example.com' }]]));
    const desk = memoryDesk({ people });
    await linked(desk, 'ada', 'bea');
    expect(await listIdentities(desk, person('ada'))).toEqual([
      { handle: handleOf('ada'), current: true },
      { handle: handleOf('bea'), displayName: 'Bea', email: 'bea@example.com', current: false },
    ]);
  });

  test('one that is removed is shown to nobody, and is the same person all the same', async () => {
    const desk = memoryDesk();
    await linked(desk, 'ada', 'bea');
    await linked(desk, 'ada', 'cyd');
    await unlinked(desk, 'cyd', 'bea');
    expect(await shown(desk, 'ada')).toEqual(handles('ada', 'cyd'));
    expect(await shown(desk, 'bea')).toEqual(handles('bea'));
    expect(await sameAs(desk, 'ada')).toEqual(all('ada', 'bea', 'cyd'));
    expect(await sameAs(desk, 'bea')).toEqual(all('ada', 'bea', 'cyd'));
  });

  test('one that was removed is not shown the others again when it is linked to another', async () => {
    const desk = memoryDesk();
    await linked(desk, 'ada', 'bea');
    await linked(desk, 'ada', 'cyd');
    await unlinked(desk, 'cyd', 'bea');
    await linked(desk, 'bea', 'dot');
    expect(await shown(desk, 'bea')).toEqual(handles('bea', 'dot'));
    expect(await sameAs(desk, 'bea')).toEqual(all('ada', 'bea', 'cyd', 'dot'));
  });

  test('one that is removed is so by whoever asked for it', async () => {
    const desk = memoryDesk();
    await linked(desk, 'ada', 'bea');
    await unlinked(desk, 'ada', 'bea');
    for (const name of ['ada', 'bea'])
      expect((await desk.ledger.read(`person#${handleOf(name)}`)).at(-1)).toMatchObject({
        ...{ type: 'link.removed', actor: { kind: 'person', handle: handleOf('ada') } },
      });
  });

  test('somebody else’s identity is not there to be removed', async () => {
    const desk = memoryDesk();
    await linked(desk, 'ada', 'bea');
    expect(await codeOf(unlinked(desk, 'cyd', 'bea'))).toBe('not_found');
    expect(await codeOf(unlinked(desk, 'ada', 'ada'))).toBe('not_found');
  });
});

test('however links race, in the end each knows whom the chain of links makes of them', async () => {
  const names = ['ada', 'bea', 'cyd', 'dot', 'eve'] as const;
  const couple = fc.tuple(fc.constantFrom(...names), fc.constantFrom(...names));
  await fc.assert(
    fc.asyncProperty(fc.scheduler(), fc.array(couple, { minLength: 1, maxLength: 4 }), async (scheduler, couples) => {
      const desk = memoryDesk({ ledger: memoryLedger(() => scheduler.schedule(Promise.resolve())) });
      await scheduler.waitFor(Promise.all(couples.map(([one, other]) => linked(desk, one, other))));
      const known = new Map<string, readonly string[]>();
      for (const name of names) known.set(name, await scheduler.waitFor(sameAs(desk, name)));
      for (const [one, other] of couples)
        expect(known.get(one)).toEqual(expect.arrayContaining([...(known.get(other) ?? [])]));
      // Nobody is anybody's whom no chain of links reaches.
      for (const one of names)
        for (const other of names)
          expect(samePerson(known.get(one) ?? [], [handleOf(other)])).toBe(reaches(couples, one, other));
    }),
    { numRuns: 200 },
  );
});

const reaches = (couples: readonly (readonly [string, string])[], from: string, to: string): boolean => {
  const reached = new Set([from]);
  for (let more = true; more;) {
    const before = reached.size;
    for (const [one, other] of couples) if (reached.has(one) || reached.has(other)) reached.add(one).add(other);
    more = reached.size > before;
  }
  return reached.has(to);
};
