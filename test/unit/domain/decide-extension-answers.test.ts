import { describe, expect, test } from '@jest/globals';
import { decide } from '../../../lib/domain/decide.ts';
import { isReader } from '../../../lib/domain/access.ts';
import { evolve, extensionStatusAt, statusAt } from '../../../lib/domain/request.ts';
import {
  approver,
  auditor,
  engineer,
  granted,
  noon,
  outsider,
  pending,
  principal,
  recorded,
  secondApprover,
  stage,
} from '../../support/builders.ts';
import { eventOf, outcome, refusalOf } from './outcome.ts';
import { staged, more, at, after, asked, endOf, YES, NO } from './extension-scene.ts';

describe('what is said of a pending extension', () => {
  test('a no ends the extension and leaves the grant', () => {
    const denied = after(asked, NO, at(approver, 120));
    expect(denied.closed).toBeUndefined();
    expect([extensionStatusAt(denied, denied.extension!, noon(121)), endOf(denied)]).toEqual(['denied', noon(3600)]);
    expect(outcome(decide(denied, more(), at(engineer, 122)))).toBe('request.extension_requested');
  });

  test('its requester takes it back, and keeps the grant', () => {
    const cancelled = after(asked, { type: 'cancel' }, at(engineer, 120));
    expect(eventOf(decide(asked, { type: 'cancel' }, at(engineer, 120))).data).toEqual({ extension: true });
    expect([extensionStatusAt(cancelled, cancelled.extension!, noon(121)), statusAt(cancelled, noon(121))]).toEqual([
      'cancelled',
      'approved',
    ]);
    expect(outcome(decide(cancelled, { type: 'cancel' }, at(engineer, 122)))).toBe('wrong_status');
  });

  test('an approver gives less, never more, and never another start', () => {
    expect(endOf(after(asked, { type: 'approve', durationSeconds: 600 }, at(approver, 120)))).toBe(noon(4200));
    expect(outcome(decide(asked, { type: 'approve', durationSeconds: 1801 }, at(approver, 120)))).toBe('invalid_input');
    expect(
      refusalOf(decide(asked, { type: 'approve', startAt: noon(600) }, at(approver, 120))).faults?.[0],
    ).toMatchObject({ pointer: '/startAt', code: 'not_allowed' });
  });

  test('it lapses: nobody decides from then on, and another may be asked for', () => {
    expect(outcome(decide(asked, YES, at(approver, 659.999)))).toBe('request.approved');
    expect(outcome(decide(asked, YES, at(secondApprover, 660)))).toBe('wrong_status');
    expect(extensionStatusAt(asked, asked.extension!, noon(660))).toBe('expired');
    expect(outcome(decide(asked, more(), at(engineer, 660)))).toBe('request.extension_requested');
  });

  describe('whoever said yes to the request, and saw more time asked for,', () => {
    const over: readonly (readonly [string, typeof asked, number])[] = [
      ['lapsed', asked, 660],
      ['was taken back', after(asked, { type: 'cancel' }, at(engineer, 90)), 120],
      ['was denied by another', after(asked, NO, at(secondApprover, 90)), 120],
    ];
    test.each(over)('hears that it is over where it %s: nothing would come of their yes', (_, state, seconds) => {
      for (const command of [YES, { ...YES, seq: 99 }, NO])
        expect(outcome(decide(state, command, at(approver, seconds)))).toBe('wrong_status');
      // By a page from before, it is a yes to the request, and that is there.
      expect(outcome(decide(state, { ...YES, seq: 1 }, at(approver, seconds)))).toBe('unchanged');
    });

    test('hears that it is over though they gave one of two that it asked for', () => {
      const byTwo = { maxTotalSeconds: 7200, approval: { stages: [stage('sre-leads', 2)], withinSeconds: 600 } };
      const of = { ...staged, extension: byTwo };
      const half = after(after(granted(), more(), at(engineer, 60, of)), YES, at(approver, 80, of));
      expect(outcome(decide(half, YES, at(approver, 85, of)))).toBe('unchanged');
      const over = after(half, { type: 'cancel' }, at(engineer, 90, of));
      expect(outcome(decide(over, YES, at(approver, 120, of)))).toBe('wrong_status');
    });

    test('hears that it is done where another gave it', () => {
      expect(outcome(decide(after(asked, YES, at(secondApprover, 90)), YES, at(approver, 120)))).toBe('unchanged');
    });
  });

  test('whom only the extension asked hears that it is over', () => {
    const byManagers = {
      ...staged,
      extension: { maxTotalSeconds: 7200, approval: { stages: [stage('managers')], withinSeconds: 600 } },
    };
    const state = after(granted(), more(), at(engineer, 60, byManagers));
    const manager = at(principal('manager', ['managers']), 660, byManagers);
    expect([YES, NO].map((command) => outcome(decide(state, command, manager)))).toEqual([
      'wrong_status',
      'wrong_status',
    ]);
    expect(outcome(decide(state, { ...YES, seq: 0 }, manager))).toBe('not_an_approver');
  });

  test('said again it changes nothing; once it is done it is done', () => {
    const two = {
      ...staged,
      extension: { maxTotalSeconds: 7200, approval: { stages: [stage('sre-leads', 2)], withinSeconds: 600 } },
    };
    const state = after(after(granted(), more(), at(engineer, 60, two)), YES, at(approver, 70, two));
    expect(outcome(decide(state, YES, at(approver, 71, two)))).toBe('unchanged');
    expect(extensionStatusAt(state, state.extension!, noon(72))).toBe('pending');
    const done = after(state, YES, at(secondApprover, 73, two));
    expect([extensionStatusAt(done, done.extension!, noon(74)), endOf(done)]).toEqual(['approved', noon(5400)]);
    expect(outcome(decide(done, YES, at(secondApprover, 75, two)))).toBe('unchanged');
    expect(outcome(decide(state, YES, at(approver, 900, two)))).toBe('unchanged');
    expect(outcome(decide(done, NO, at(secondApprover, 75, two)))).toBe('wrong_status');
  });

  describe('by whoever was shown the request as it was', () => {
    const seen = (seq: number) => ({ ...YES, seq });
    const refused = (seq: number) => ({ ...NO, seq });

    test('attack: a yes or a no to a page that is older than the extension is none to the extension', () => {
      for (const by of [approver, secondApprover]) {
        const said = [seen(1), refused(1)].map((command) => outcome(decide(asked, command, at(by, 120))));
        // The one of the two who said yes to the request has said so.
        expect(said).toEqual([by === approver ? 'unchanged' : 'wrong_status', 'wrong_status']);
      }
    });

    test('one to a page that shows it is one to it, however much has happened since', () => {
      const issued = evolve(
        asked,
        recorded('request.lapsed', { pendingUntil: noon(0) }, { by: engineer, at: noon(70) }),
      );
      for (const seq of [2, 3, 99]) {
        expect(eventOf(decide(issued, seen(seq), at(approver, 120))).data).toMatchObject({ extension: true });
        expect(eventOf(decide(issued, refused(seq), at(approver, 120))).data).toMatchObject({ extension: true });
      }
    });

    test('one to a page that shows another is none to this', () => {
      const again = after(after(asked, { type: 'cancel' }, at(engineer, 90)), more(60), at(engineer, 100));
      expect(again.extension?.seq).toBe(4);
      expect(outcome(decide(again, refused(3), at(approver, 120)))).toBe('wrong_status');
      expect(outcome(decide(again, refused(4), at(approver, 120)))).toBe('request.denied');
    });

    test('a request is shown from its first event on', () => {
      expect(outcome(decide(pending(), seen(0), at(approver, 60)))).toBe('request.approved');
    });
  });

  test('attack: the requester approves their own extension', () => {
    const both = principal('engineer', ['sre', 'sre-leads']);
    expect(outcome(decide(asked, YES, at(both, 120)))).toBe('self_approval');
  });

  test('attack: an auditor and a stranger approve it', () => {
    for (const person of [auditor, outsider])
      expect(outcome(decide(asked, YES, at(person, 120)))).toBe('not_an_approver');
  });

  test('it is for whom access.yml names today', () => {
    const other = { ...staged, extension: { maxTotalSeconds: 7200, approval: 'auto' as const } };
    expect(outcome(decide(asked, YES, at(approver, 120, other)))).toBe('policy_changed');
  });

  test('whom only the extension asks may read the request', () => {
    const byAuditors = {
      ...staged,
      extension: { maxTotalSeconds: 7200, approval: { stages: [stage('managers')], withinSeconds: 600 } },
    };
    const manager = principal('manager', ['managers']);
    expect(isReader(granted(), at(manager, 70, byAuditors))).toBe(false);
    const state = after(granted(), more(), at(engineer, 60, byAuditors));
    expect(isReader(state, at(manager, 70, byAuditors))).toBe(true);
    expect(outcome(decide(state, YES, at(manager, 70, byAuditors)))).toBe('request.approved');
  });
});
