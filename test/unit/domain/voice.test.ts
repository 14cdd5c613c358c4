import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import type { Context } from '../../../lib/domain/command.ts';
import { decide } from '../../../lib/domain/decide.ts';
import type { Delegation } from '../../../lib/domain/delegation.ts';
import type { RecordedEvent } from '../../../lib/domain/event.ts';
import type { Principal } from '../../../lib/domain/principal.ts';
import { type RequestState, evolve } from '../../../lib/domain/request.ts';
import { NO_STANDING, type Standing } from '../../../lib/domain/standing.ts';
import {
  NOON,
  approved,
  approver,
  context,
  engineer,
  entitlement,
  handleOf,
  noon,
  outsider,
  pending,
  policy,
  principal,
  recorded,
  request,
  secondApprover,
  security,
  stage,
  submitted,
  words,
} from '../../support/builders.ts';
import { eventOf, outcome } from './outcome.ts';

const standing = (parts: Partial<Standing>): Standing => ({ ...NO_STANDING, ...parts });
const lent = (by: Principal, to: Principal, parts: Partial<Delegation> = {}): Delegation => ({
  ...{ id: `d_${by.subject}`, by: by.handle, sameAs: [], to: to.handle, groups: [...by.groups] },
  ...{ madeAt: NOON, startsAt: NOON, endsAt: noon(86_400) },
  ...parts,
});
const as = (person: Principal, parts: Partial<Context> = {}, entitlements = [entitlement()]): Context => ({
  ...context(person),
  policy: { ...policy(entitlements), delegation: { maxSeconds: 86_400 } },
  ...parts,
});
const approve = (state: RequestState, where: Context) => outcome(decide(state, { type: 'approve' }, where));

describe('attack: one person with several identities', () => {
  const linkedToEngineer = { standing: standing({ sameAs: [engineer.handle] }) };
  const knownOfEngineer = { requesterStanding: standing({ sameAs: [approver.handle] }) };

  test.each([
    ['the approver’s own stream says so', linkedToEngineer],
    ['only the requester’s stream says so', knownOfEngineer],
    [
      'both are linked to a third',
      {
        standing: standing({ sameAs: [outsider.handle] }),
        requesterStanding: standing({ sameAs: [outsider.handle] }),
      },
    ],
  ])('neither approves nor denies nor revokes their own request when %s', (_how, known) => {
    expect(approve(pending(), as(approver, known))).toBe('self_approval');
    expect(outcome(decide(pending(), { type: 'deny', reason: words('no') }, as(approver, known)))).toBe(
      'not_an_approver',
    );
    const grant = request(submitted(), approved(secondApprover, NOON));
    expect(outcome(decide(grant, { type: 'revoke', reason: words('no') }, as(approver, known)))).toBe(
      'not_an_approver',
    );
  });

  test('a link to somebody else is no hindrance', () => {
    expect(approve(pending(), as(approver, { standing: standing({ sameAs: [outsider.handle] }) }))).toBe(
      'request.approved',
    );
  });

  test('does not count twice in a stage of two', () => {
    const two = entitlement({ approval: { stages: [stage('sre-leads', 2)], withinSeconds: 1800 } });
    const half = request(submitted({}, { of: two }), approved(approver, NOON));
    expect(approve(half, as(secondApprover, { standing: standing({ sameAs: [approver.handle] }) }, [two]))).toBe(
      'unchanged',
    );
    expect(approve(half, as(secondApprover, {}, [two]))).toBe('request.approved');
  });
});

describe('a delegate', () => {
  const away = { standing: standing({ delegations: [lent(approver, outsider)] }) };

  test('says yes in another’s place, on record', () => {
    expect(eventOf(decide(pending(), { type: 'approve' }, as(outsider, away)))).toEqual({
      type: 'request.approved',
      data: { stage: 0, onBehalfOf: approver.handle },
    });
  });

  test('says no, too', () => {
    expect(outcome(decide(pending(), { type: 'deny', reason: words('no') }, as(outsider, away)))).toBe(
      'request.denied',
    );
  });

  test('who is asked themselves says it for themselves', () => {
    const both = { standing: standing({ delegations: [lent(approver, secondApprover)] }) };
    expect(eventOf(decide(pending(), { type: 'approve' }, as(secondApprover, both)))).toEqual({
      type: 'request.approved',
      data: { stage: 0 },
    });
  });

  test('attack: does not say it to the request of the one who is away, nor of another identity of theirs', () => {
    const own = request(submitted({}, { by: approver }));
    expect(approve(own, as(outsider, away))).toBe('not_an_approver');
    const linked = { standing: standing({ delegations: [lent(approver, outsider, { sameAs: [engineer.handle] })] }) };
    expect(approve(pending(), as(outsider, linked))).toBe('not_an_approver');
    const known = { ...away, requesterStanding: standing({ sameAs: [approver.handle] }) };
    expect(approve(pending(), as(outsider, known))).toBe('not_an_approver');
  });

  test('attack: does not say it to their own request', () => {
    const own = request(submitted({}, { by: outsider }));
    expect(approve(own, as(outsider, away))).toBe('self_approval');
  });

  test('attack: a person who is named in a stage lends nothing by being it', () => {
    const named = entitlement({
      approval: {
        stages: [
          {
            from: { groups: [], people: [{ provider: 'okta', issuer: outsider.issuer, subject: outsider.subject }] },
            count: 1,
          },
        ],
        withinSeconds: 1800,
      },
    });
    const state = request(submitted({}, { of: named }));
    const where = as(
      principal('delegate', []),
      { standing: standing({ delegations: [lent(outsider, principal('delegate', []))] }) },
      [named],
    );
    expect(approve(state, where)).toBe('not_an_approver');
  });

  describe('and the one who is away are one person', () => {
    const two = entitlement({ approval: { stages: [stage('sre-leads', 2)], withinSeconds: 1800 } });
    const half = (by: Principal, onBehalfOf?: Principal) =>
      request(submitted({}, { of: two }), approved(by, NOON, onBehalfOf ? { onBehalfOf: onBehalfOf.handle } : {}));

    test('attack: the delegate after the delegator', () => {
      expect(approve(half(approver), as(outsider, away, [two]))).toBe('already_decided');
    });

    test('attack: the delegator after the delegate', () => {
      expect(approve(half(outsider, approver), as(approver, {}, [two]))).toBe('already_decided');
    });

    test('attack: one delegate for two who are away', () => {
      const forTwo = {
        standing: standing({ delegations: [lent(approver, outsider), lent(secondApprover, outsider)] }),
      };
      expect(approve(half(outsider, approver), as(outsider, forTwo, [two]))).toBe('unchanged');
    });

    test('a delegate of somebody else goes on', () => {
      const forSecond = { standing: standing({ delegations: [lent(secondApprover, security)] }) };
      expect(approve(half(outsider, approver), as(security, forSecond, [two]))).toBe('request.approved');
    });
  });
});

test('at the issue, an approval in the requester’s place is their own', () => {
  const state = request(submitted(), approved(outsider, NOON, { onBehalfOf: engineer.handle }));
  const issue = { type: 'issue', purpose: 'credentials', sessionNameHash: '' } as const;
  expect(outcome(decide(state, issue, as(engineer)))).toBe('self_approval');
});

test('attack: an approver of more time who turns out to be the requester, linked only afterwards', () => {
  const longer = entitlement({ approval: { stages: [stage('sre-leads')], withinSeconds: 1800 } });
  const state = request(
    submitted({ durationSeconds: 600 }, { of: longer }),
    approved(security, NOON),
    recorded(
      'request.extension_requested',
      { durationSeconds: 600, justification: words('more'), stages: [stage('sre-leads')], pendingUntil: noon(900) },
      { by: engineer, at: NOON },
    ),
    approved(approver, NOON, { extension: true }),
  );
  const issue = { type: 'issue', purpose: 'credentials', sessionNameHash: '' } as const;
  const linked = { standing: standing({ sameAs: [approver.handle] }) };
  expect(outcome(decide(state, issue, as(engineer, {}, [longer])))).toBe('credentials.intended');
  expect(outcome(decide(state, issue, as(engineer, linked, [longer])))).toBe('self_approval');
});

test('regression 7: whoever is who: no yes of a requester’s own identity, and no person twice, is ever counted', () => {
  const names = ['ada', 'bea', 'cyd', 'dot', 'eve', 'fay'] as const;
  const name = fc.constantFrom(...names);
  const people = fc.record({
    links: fc.array(fc.tuple(name, name), { maxLength: 4 }),
    delegations: fc.array(fc.tuple(name, name), { maxLength: 4 }),
    requester: name,
    yes: fc.array(name, { maxLength: 12 }),
    counts: fc.array(fc.integer({ min: 1, max: 3 }), { minLength: 1, maxLength: 2 }),
    parallel: fc.boolean(),
  });
  fc.assert(
    fc.property(people, ({ links, delegations, requester, yes, counts, parallel }) => {
      const personOf = components(names, links);
      const of = entitlement({
        approval: {
          stages: counts.map((count) => stage('sre-leads', count)),
          withinSeconds: 1800,
          ...(parallel ? { parallel } : {}),
        },
      });
      const closure = (who: string) =>
        names.filter((other) => other !== who && personOf(other) === personOf(who)).map(handleOf);
      const lead = (who: string) => principal(who, ['sre-leads', 'sre']);
      const standingOf = (who: string) =>
        standing({
          sameAs: closure(who),
          delegations: delegations
            .filter(([by, to]) => to === who && personOf(by) !== personOf(to))
            .map(([by, to]) => lent(lead(by), lead(to), { sameAs: closure(by), groups: ['okta:sre-leads'] })),
        });
      const asked: RecordedEvent = submitted(parallel ? { parallel } : {}, { of, by: lead(requester) });
      let state = request(asked);
      for (const who of yes) {
        const where = as(lead(who), { standing: standingOf(who), requesterStanding: standingOf(requester) }, [of]);
        const decision = decide(state, { type: 'approve' }, where);
        if (!('refusal' in decision) && decision.event?.type === 'request.approved')
          state = evolve(state, approved(lead(who), NOON, decision.event.data));
      }
      const nameOf = new Map(names.map((each) => [handleOf(each), each]));
      const persons = state.approvals.map(({ approver: by, onBehalfOf }) =>
        [by, ...(onBehalfOf === undefined ? [] : [onBehalfOf])].map((handle) => personOf(nameOf.get(handle) ?? '')),
      );
      // Nobody in whose name a yes stands is the requester, and none of them stands in two.
      expect(persons.flat()).not.toContain(personOf(requester));
      const once = persons.flatMap((each) => [...new Set(each)]);
      expect(new Set(once).size).toBe(once.length);
    }),
    { numRuns: 1000 },
  );
});

/** Which of the persons each name is of, when the links join them. */
const components = (names: readonly string[], links: readonly (readonly [string, string])[]) => {
  const person = new Map(names.map((each, index) => [each, index]));
  for (const [one, other] of links) {
    const [from, to] = [person.get(one), person.get(other)];
    for (const [each, index] of person) if (index === from) person.set(each, to ?? index);
  }
  return (each: string): number => person.get(each) ?? -1;
};
