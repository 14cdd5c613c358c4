import type { Card, CardAction, ChatCommands } from './port.ts';

/** What whoever acted is told, and nobody else. */

const open = (label: string, path: string): CardAction => ({ type: 'open', label, path });
const card = (title: string, notes: readonly string[], actions: readonly CardAction[] = []): Card => ({
  ...{ title, facts: [], notes, actions },
});

export const notLinkedCard = ({ link }: ChatCommands): Card =>
  card('Nobody knows yet who you are', [`Say ${link}, and then the code in the portal. Nothing was done.`]);

export const notMemberCard = (): Card =>
  card('Not for guests', ['Only full members of the organisation count here. Nothing was done.']);

/** Nobody decides in chat who is not signed in in the portal: its sign-in says which groups they are in. */
export const signInCard = (path = '/'): Card =>
  card(
    'Sign in in the portal first',
    ['Nothing was done. What you do here counts with your sign-in there; then press again.'],
    [open('Sign in in the portal', path)],
  );

/** Of where to go afterwards the portal is told, so that they are back at the request. */
export const signInAnewCard = (stepUp: 'fresh' | 'mfa', path = '/'): Card =>
  card(
    'Stronger sign-in required',
    ['Nothing was done. This needs a more recent or a stronger sign-in in the portal; then press again.'],
    [open('Sign in in the portal', `/login?${new URLSearchParams({ stepUp, returnTo: path }).toString()}`)],
  );

/** Whoever pressed believes that it was done. */
export const notDoneCard = (path?: string): Card =>
  card(
    'Too late',
    ['Nothing was done: it did not come through in time. If you still mean it, press again.'],
    path === undefined ? [] : [open('Open in the portal', path)],
  );

export const codeCard = (shownCode: string): Card => ({
  title: 'Link this account',
  facts: [{ label: 'Code', text: shownCode }],
  notes: [
    'Say it in the portal within ten minutes. Give it to nobody: whoever says it there becomes who you are here.',
  ],
  actions: [open('Open the portal', '/chat/link')],
});

export const refusedCard = (what: { readonly title: string; readonly detail: string; readonly path?: string }): Card =>
  card(what.title, [what.detail], what.path === undefined ? [] : [open('Open in the portal', what.path)]);

export const askedCard = ({
  title,
  requestId,
  approved,
}: {
  title: string;
  requestId: string;
  approved: boolean;
}): Card =>
  card(
    approved ? 'Granted' : 'Asked',
    [approved ? `${title} is yours. Credentials are to be had in the portal.` : `${title} now waits for a yes.`],
    [open('Open in the portal', `/requests/${requestId}`)],
  );

export const tooLateCard = (): Card =>
  card('That took too long', ['No form opens for it any more.'], [{ type: 'form', label: 'Open the form' }]);

export const nothingToAskCard = (): Card => card('Nothing to ask for', ['You are eligible for nothing today.']);

export const listCard = (requests: readonly { readonly title: string; readonly status: string }[]): Card => ({
  title: requests.length === 0 ? 'You have asked for nothing yet' : 'What you asked for last',
  facts: requests.map(({ title, status }) => ({ label: title, text: status })),
  actions: [open('All of them in the portal', '/')],
});

export const helpCard = ({ ask, list, link }: ChatCommands): Card =>
  card('Hatcheck', [
    `${ask} asks for a role.`,
    `${list} shows what you asked for.`,
    `${link} says who you are. Credentials are to be had in the portal only.`,
  ]);
