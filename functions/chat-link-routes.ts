import { type LinkParts, accountKey, accountNamed, linkChat, unlinkChat, waitingChat } from '../lib/chatops/link.ts';
import { visibleLine } from '../lib/chatops/plain.ts';
import { secondsBetween } from '../lib/domain/time.ts';
import { chatCodePage, chatLinkQuestionPage } from '../lib/http/chat-link-page.ts';
import type { Answer, Call, Routes } from '../lib/http/api.ts';
import type { AuthenticationParts } from '../lib/identity/sessions.ts';
import { browserSession, maybeBrowserSession, shownName } from './browser-session.ts';
import { seeOther } from './see-other.ts';

type Said = NonNullable<Parameters<typeof chatCodePage>[0]['said']>;
type Session = Awaited<ReturnType<typeof browserSession>>;

/** What a sign-in counts for linking: long enough to type a code and to confirm. */
const FRESH_SECONDS = 300;

/** The page where a person links their chat account, served by the function `signin`; it knows people by their cookie alone. */
export const chatLinkRoutes = (parts: AuthenticationParts, chat: LinkParts) => {
  const shown = async ({ principal, csrf }: Session, said?: Said): Promise<Answer> => {
    const accounts = await chat.links.of(principal.handle);
    const linked = accounts.map((account) => ({ key: accountKey(account), ...account }));
    return chatCodePage({ csrf, linked, ...(said === undefined ? {} : { said }) });
  };

  const link = async (session: Session, { code = '', decision }: Call<'POST /chat/link'>['body']): Promise<Answer> => {
    const { principal, csrf } = session;
    const waiting = await waitingChat(chat, principal, code);
    if (!waiting) return shown(session, 'unknown');
    if (decision === 'leave') return shown(session, 'left');
    if (decision === 'link') return shown(session, (await linkChat(chat, principal, waiting)) ? 'linked' : 'unknown');
    const { account, name } = waiting;
    return chatLinkQuestionPage({
      ...{ person: shownName(principal), account, code: waiting.code, csrf },
      ...(name === undefined ? {} : { name: visibleLine(name) }),
    });
  };

  /** Whoever finds a browser open would else decide in its person's name from their own chat, long after. */
  const hasJustSignedIn = ({ principal }: Session): boolean =>
    secondsBetween(principal.authenticatedAt, parts.clock.now()) <= FRESH_SECONDS;

  return {
    'GET /chat/link': async ({ cookies }: Call<'GET /chat/link'>) => {
      const session = await maybeBrowserSession(parts, cookies);
      return session ? shown(session) : seeOther({ location: '/login?returnTo=%2Fchat%2Flink' });
    },
    'POST /chat/link': async ({ body, cookies }: Call<'POST /chat/link'>) => {
      const session = await browserSession(parts, cookies);
      if (body.remove === undefined)
        return hasJustSignedIn(session)
          ? link(session, body)
          : seeOther({ location: '/login?stepUp=fresh&returnTo=%2Fchat%2Flink' });
      const account = await accountNamed(chat, session.principal.handle, body.remove);
      const removed = account && (await unlinkChat(chat, session.principal, account));
      return shown(session, removed ? 'removed' : undefined);
    },
  } satisfies Routes;
};
