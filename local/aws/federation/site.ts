import { randomUUID } from 'node:crypto';
import type { CallRecord } from '../calls.ts';
import type { ServiceCall } from '../service.ts';
import { sessionArn } from '../session.ts';
import type { RoleSession } from '../session.ts';
import type { Answer, WireRequest } from '../wire.ts';
import { CONSOLE_REGION, consolePage, signedOutPage } from './console-page.ts';
import { createSignIn } from './sign-in.ts';
import type { SignIn, SignInOptions } from './sign-in.ts';

export interface FederationOptions extends SignInOptions {
  readonly clock: () => Date;
  /** Where both the endpoint and the console are. */
  readonly origin: string;
  readonly portalOrigin?: string;
  readonly record: (call: CallRecord) => void;
}

const COOKIE = 'local-aws-console';
/** The console, and its services as AWS has them: `/s3/home`, `/ecs/v2/home`. S3's own calls are signed. */
const CONSOLE_PATH = /^\/(console(\/|$)|[a-z0-9]+(\/v2)?\/home$)/;

/** Answers /federation, /oauth and the console's pages, and returns undefined for everything else. Signed requests are S3's. */
export function createFederation(options: FederationOptions): (request: WireRequest) => Answer | undefined {
  const signIn = createSignIn(options);
  return (request) => {
    if (request.headers.has('authorization')) return undefined;
    if (request.path === '/federation') return federation(request, options, signIn);
    if (request.path === '/oauth') return logoutAndOn(request, options, signIn);
    return CONSOLE_PATH.test(request.path) ? consoleAnswer(request, options, signIn) : undefined;
  };
}

/** Ends the browser's console session, and sends it on to a sign-in. */
function logoutAndOn(request: WireRequest, { origin }: FederationOptions, signIn: SignIn): Answer {
  const parameters = new URLSearchParams(request.query);
  const next = URL.parse(parameters.get('redirect_uri') ?? '');
  if (parameters.get('Action') !== 'logout' || next?.origin !== origin || next.pathname !== '/federation') {
    return refuse('it does not lead to the sign-in');
  }
  signIn.logout(cookieOf(request));
  return redirect(next.href, `${COOKIE}=; Max-Age=0; Path=/`);
}

function federation(request: WireRequest, options: FederationOptions, signIn: SignIn): Answer {
  const parameters = new URLSearchParams(request.method === 'POST' ? request.body.toString() : request.query);
  const action = parameters.get('Action');
  if (action === 'getSigninToken') return getSigninToken(parameters, options, signIn);
  if (action === 'login' && request.method === 'GET') return login(parameters, options, signIn);
  if (action === 'logout') return redirect('/console/logout');
  return refuse('the action is unknown');
}

function getSigninToken(parameters: URLSearchParams, options: FederationOptions, signIn: SignIn): Answer {
  const now = options.clock();
  const duration = parameters.get('SessionDuration') ?? undefined;
  const answer = signIn.getToken(parameters.get('Session') ?? '', duration, now);
  const refused = 'refused' in answer;
  const principal = refused ? null : arnOf(options, answer.session);
  const outcome = refused
    ? ({ decision: 'failed', reason: answer.refused } as const)
    : ({ decision: 'allowed' } as const);
  const [at, requestId] = [now.toISOString(), randomUUID()];
  options.record({ at, requestId, service: 'signin', action: 'signin:GetSigninToken', principal, ...outcome });
  if (refused) return refuse(answer.refused);
  const headers = { 'content-type': 'application/json', 'cache-control': 'no-store' };
  return { status: 200, headers, body: JSON.stringify({ SigninToken: answer.token }) };
}

function arnOf({ world }: FederationOptions, session: RoleSession): string | null {
  const role = world.role(session.roleArn);
  return role ? sessionArn(role, session) : null;
}

function login(parameters: URLSearchParams, options: FederationOptions, signIn: SignIn): Answer {
  const destination = URL.parse(parameters.get('Destination') ?? '');
  if (destination?.origin !== options.origin || !CONSOLE_PATH.test(destination.pathname)) {
    return refuse('the Destination is not the console');
  }
  const issuer = webAddress(parameters.get('Issuer')) ?? options.portalOrigin;
  const id = signIn.login(parameters.get('SigninToken') ?? '', issuer, options.clock());
  if (id === undefined) return signedOutPage(400, 'The sign-in token is not valid, or no longer', issuer);
  return redirect(destination.href, `${COOKIE}=${id}; HttpOnly; SameSite=Lax; Path=/`);
}

/** The Issuer comes in a URL that anyone can write: only what a browser opens as a page is shown. */
function webAddress(text: string | null): string | undefined {
  const url = URL.parse(text ?? '');
  return url?.protocol === 'https:' || url?.protocol === 'http:' ? url.href : undefined;
}

function consoleAnswer(request: WireRequest, options: FederationOptions, signIn: SignIn): Answer {
  const id = cookieOf(request);
  if (request.path === '/console/logout') {
    signIn.logout(id);
    return signedOutPage(200, 'You are signed out', options.portalOrigin, `${COOKIE}=; Max-Age=0; Path=/`);
  }
  const now = options.clock();
  const found = signIn.find(id, now);
  const role = found && options.world.role(found.session.roleArn);
  if (!role) return signedOutPage(401, 'You are not signed in, or no longer', found?.issuer ?? options.portalOrigin);
  const { world, sessions } = options;
  const call: ServiceCall = {
    ...{ request, now, world, sessions, role, session: found.session, region: CONSOLE_REGION },
    ...{ requestId: randomUUID(), notes: { action: 'console' } },
  };
  return consolePage(call, found.endsAt);
}

function cookieOf(request: WireRequest): string {
  const cookies = (request.headers.get('cookie') ?? '').split(/;\s*/);
  return cookies.find((cookie) => cookie.startsWith(`${COOKIE}=`))?.slice(COOKIE.length + 1) ?? '';
}

function redirect(location: string, setCookie?: string): Answer {
  const headers = { location, 'cache-control': 'no-store', 'referrer-policy': 'no-referrer' };
  return {
    status: 302,
    headers: setCookie === undefined ? headers : { ...headers, 'set-cookie': setCookie },
    body: '',
  };
}

function refuse(reason: string): Answer {
  return { status: 400, headers: { 'content-type': 'text/plain; charset=utf-8' }, body: `Refused: ${reason}.\n` };
}
