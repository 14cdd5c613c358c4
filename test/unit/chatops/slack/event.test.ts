import { describe, expect, test } from '@jest/globals';
import { readEvent } from '../../../../lib/chatops/slack/event.ts';
import { homeOpened, slackSettings } from '../../../support/slack.ts';

const read = (change: object = {}, us: object = {}) =>
  readEvent(JSON.stringify(homeOpened(change)), { ...slackSettings, ...us });
const opened = (change: object) => ({ event: { ...homeOpened().event, ...change } });

describe('an event of Slack’s', () => {
  test('says that somebody opened the home, and is known by its own id however often it comes', () => {
    expect(read()).toEqual({
      act: {
        id: expect.stringMatching(/^[A-Za-z0-9_-]{43}$/),
        account: { platform: 'slack', workspace: 'T0OURS', user: 'U0ALICE' },
        place: {},
        saying: { type: 'home' },
      },
    });
    expect(read({ event_time: 1 })).toEqual(read());
    expect(read({ event_id: 'Ev0OTHER' })).not.toEqual(read());
  });

  test('asks nothing of us: another page of the app, and what we did not ask to hear', () => {
    expect(read(opened({ tab: 'messages' }))).toBe('nothing');
    expect(read(opened({ type: 'app_mention' }))).toBe('nothing');
  });

  test('has its challenge said back', () => {
    const body = { token: 'not used any more', type: 'url_verification', challenge: '3eZbrw1aBm2rZgRNFdxV2595E9CY' };
    expect(readEvent(JSON.stringify(body), slackSettings)).toEqual({ challenge: body.challenge });
  });
});

describe('attack: an event', () => {
  test.each([
    ['of another app', { api_app_id: 'A0OTHER' }, {}, 'other_app'],
    ['of another workspace', { team_id: 'T0THEIRS' }, {}, 'other_workspace'],
    ['of no organisation, where one is ours', {}, { enterpriseId: 'E0OURS' }, 'other_workspace'],
    ['of another organisation', { context_enterprise_id: 'E0THEIRS' }, { enterpriseId: 'E0OURS' }, 'other_workspace'],
    ['without an id', { event_id: undefined }, {}, 'malformed'],
    ['of nobody', opened({ user: undefined }), {}, 'malformed'],
    ['of somebody who is no account', opened({ user: 'C0SRE' }), {}, 'malformed'],
    ['of no known kind', { type: 'app_rate_limited' }, {}, 'malformed'],
    ['with a challenge that is a page', { type: 'url_verification', challenge: '<script>' }, {}, 'malformed'],
  ])('%s', (_what, change, us, fault) => {
    expect(read(change, us)).toEqual({ fault });
  });

  test('of ours that names our organisation is taken', () => {
    expect(read({ context_enterprise_id: 'E0OURS' }, { enterpriseId: 'E0OURS' })).toHaveProperty('act');
  });

  test.each(['', '[]', 'null', '{'])('that is none: %j', (body) => {
    expect(readEvent(body, slackSettings)).toEqual({ fault: 'malformed' });
  });
});
