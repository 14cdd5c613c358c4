import type { Answer, Call } from '../lib/http/api.ts';
import { deviceDecidedPage, deviceQuestionPage, userCodePage } from '../lib/http/device-page.ts';
import { allowDevice, denyDevice, waitingDevice } from '../lib/identity/oauth/decide-device.ts';
import type { DeviceParts } from '../lib/identity/oauth/grant-parts.ts';
import { readUserCode, shownUserCode } from '../lib/identity/oauth/user-code.ts';
import { browserSession, maybeBrowserSession, shownName } from './browser-session.ts';
import { seeOther } from './see-other.ts';

type Asked = Call<'GET /device'>;
type Answered = Call<'POST /device'>;

/** The two routes of the page where a person signs a device in; it knows people by their cookie alone. */
export const deviceRoutes = (parts: DeviceParts) => {
  const ask = async ({ query, cookies }: Asked): Promise<Answer> => {
    const code = readUserCode(query.user_code ?? '');
    const shown = code === undefined ? '' : shownUserCode(code);
    const session = await maybeBrowserSession(parts, cookies);
    return session ? userCodePage({ code: shown, csrf: session.csrf, isUnknown: false }) : toLogin(shown);
  };

  /** Without a decision it looks the code up, and asks. The code comes along each time, and is looked up each time. */
  const decide = async ({ body, cookies, sourceIp }: Answered): Promise<Answer> => {
    const session = await browserSession(parts, cookies);
    const { principal, csrf } = session;
    const device = await waitingDevice(parts, session, body.user_code);
    if (!device) return userCodePage({ code: '', csrf, isUnknown: true });
    if (body.decision === undefined)
      return deviceQuestionPage({
        person: shownName(principal),
        userCode: shownUserCode(device.userCode),
        ...{ askedFrom: device.askedFrom, askedAt: device.askedAt, until: session.expiresAt, here: sourceIp, csrf },
      });
    const isFirst =
      body.decision === 'allow' ? await allowDevice(parts, device, session) : await denyDevice(parts, device);
    return isFirst ? deviceDecidedPage(body.decision, csrf) : userCodePage({ code: '', csrf, isUnknown: true });
  };

  return { 'GET /device': ask, 'POST /device': decide };
};

/** After signing in the browser comes back here, with the code. */
const toLogin = (code: string): Answer => {
  const returnTo = code === '' ? '/device' : `/device?user_code=${code}`;
  return seeOther({ location: `/login?${new URLSearchParams({ returnTo }).toString()}` });
};
