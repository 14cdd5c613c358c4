import type { LinkNotice } from '../broker/link-notice.ts';
import type { PersonName } from '../broker/ports.ts';
import { isMailbox } from '../domain/email.ts';
import { accountKey } from './link.ts';
import { mailOf } from './mail/mail.ts';
import { type Card, ChatError } from './port.ts';
import { NotToldError, type Teller } from './tell.ts';
import { timeText } from './time-text.ts';

/**
 * Tells that an account was linked or unlinked: the account itself, the person's other ones, and the person by mail. Who linked the wrong
 * one, or was talked into it, hears of it where the link does not reach.
 *
 * @throws NotToldError when one of them could not be told; HatcheckError `ledger_unavailable`
 */
export const tellLink = async (
  { voices, mail, register, messages }: Pick<Teller, 'voices' | 'mail' | 'register' | 'messages'>,
  notice: LinkNotice,
): Promise<void> => {
  const { id, handle, account } = notice;
  const [names, others, before] = await Promise.all([
    register.people.get([handle]),
    register.links.of(handle),
    messages.of(id),
  ]);
  const name = names.get(handle) ?? {};
  const card = linkCard(notice, name);
  const accounts = new Map([account, ...others].map((one) => [accountKey(one), one]));
  const tells = new Map<string, () => Promise<unknown>>();
  for (const { chat, workspace } of voices)
    for (const [key, one] of accounts)
      if (one.platform === chat.platform && one.workspace === workspace) tells.set(key, () => chat.direct(one, card));
  const { email } = name;
  if (mail && email !== undefined && isMailbox(email))
    tells.set('mail', async () => {
      if ((await mail.mail.send(email, mailOf(card, mail.origin))) === 'refused')
        throw new ChatError('a mail was not taken', { mayPass: false });
    });
  const errors: unknown[] = [];
  for (const [place, tell] of tells) {
    if (before.some((one) => one.place === place)) continue;
    await tell()
      .then(() => messages.put(id, { place, seq: 0, told: [id] }))
      .catch((error: unknown) => void errors.push(error));
  }
  if (errors.length > 0) throw new NotToldError(errors);
};

const PLATFORM = { slack: 'Slack', teams: 'Teams' } as const;

const linkCard = ({ kind, account, handle, at }: LinkNotice, { displayName, email }: PersonName): Card => {
  const { platform, workspace, user } = account;
  const who = displayName ?? email ?? handle;
  const isMade = kind === 'chat_linked';
  return {
    title: isMade
      ? `An account in ${PLATFORM[platform]} speaks for ${who} now`
      : `An account in ${PLATFORM[platform]} speaks for ${who} no longer`,
    facts: [
      { label: 'Person', text: displayName !== undefined && email !== undefined ? `${displayName} (${email})` : who },
      { label: 'Account', text: `${user}, of ${workspace}` },
      { label: 'When', text: timeText(at) },
    ],
    notes: [
      isMade
        ? 'Whoever uses the account asks and decides as this person. If that is wrong: remove it in the portal, and tell your security team.'
        : 'If you did not want that: link it again, and tell your security team.',
    ],
    actions: [{ type: 'open', label: 'Linked accounts in the portal', path: '/chat/link' }],
  };
};
