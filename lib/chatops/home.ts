import type { RequestView } from '../broker/request-view.ts';
import type { Instant } from '../domain/principal.ts';
import type { Card } from './port.ts';
import { timeText } from './time-text.ts';

/** So many cards fit into a page of any platform, and into what Slack sends of it when it is opened again. */
const MOST = 12;

type Shown = Pick<RequestView, 'id' | 'title' | 'status' | 'accountId' | 'grant' | 'pendingUntil'>;

/** A person's own page of the app: the grants that are theirs now or will be, and what waits for a yes. Credentials are the portal's. */
export const homeCards = (requests: readonly Shown[], now: Instant): readonly Card[] => {
  const live = requests.filter(lives);
  return [
    {
      title: live.length === 0 ? 'You hold no role' : 'What you hold, and what waits',
      facts: [],
      notes: [`As of ${timeText(now)}; opened again, this page is written anew.`, ...cutNote(live.length)],
      actions: [
        { type: 'form', label: 'Ask for a role' },
        { type: 'open', label: 'Open the portal', path: '/' },
      ],
    },
    ...live.slice(0, MOST).map(liveCard),
  ];
};

const lives = ({ status, grant }: Shown): boolean =>
  status === 'pending' || (status === 'approved' && grant?.state !== 'ended');

const cutNote = (count: number): readonly string[] => (count > MOST ? [`${count - MOST} more are in the portal.`] : []);

const liveCard = ({ id, title, accountId, grant, pendingUntil }: Shown): Card => ({
  title,
  facts: [
    { label: 'Account', text: accountId },
    grant
      ? {
          label: grant.state === 'active' ? 'Yours until' : 'Yours from',
          text: timeText(grant.state === 'active' ? grant.endsAt : grant.startsAt),
        }
      : { label: 'Waits until', text: pendingUntil === undefined ? 'somebody answers' : timeText(pendingUntil) },
  ],
  actions: [
    {
      type: 'open',
      label: grant?.state === 'active' ? 'Get credentials in the portal' : 'Open in the portal',
      path: `/requests/${id}`,
    },
  ],
});
