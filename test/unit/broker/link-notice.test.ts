import { expect, test } from '@jest/globals';
import { seal } from '../../../lib/broker/chain.ts';
import { linkNoticeOf } from '../../../lib/broker/link-notice.ts';
import type { EventData } from '../../../lib/domain/event.ts';
import { NO_STANDING } from '../../../lib/domain/standing.ts';
import { NOON, engineer, recorded } from '../../support/builders.ts';

const chat = { platform: 'slack', workspace: 'T1', user: 'U1' } as const;
const noticeOf = (data: Omit<EventData['link.made'], 'carried'>) =>
  linkNoticeOf(
    seal(
      undefined,
      `person#${engineer.handle}`,
      recorded('link.made', { ...data, carried: NO_STANDING }, { by: engineer, at: NOON }),
    ),
  );

test('a link of an account in chat is told to whoever it speaks for', () => {
  expect(noticeOf({ person: [engineer.handle], chat })).toMatchObject({
    ...{ kind: 'chat_linked', handle: engineer.handle, account: chat, at: NOON },
  });
});

test('a link of two identities, or of nobody, is not told', () => {
  expect([noticeOf({ person: [engineer.handle] }), noticeOf({ person: [], chat })]).toEqual([undefined, undefined]);
});
