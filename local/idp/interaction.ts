import type { IncomingMessage, ServerResponse } from 'node:http';
import { text } from 'node:stream/consumers';
import { interactionPolicy } from 'oidc-provider';
import type { KoaContextWithOIDC } from 'oidc-provider';
import type Provider from 'oidc-provider';
import type { Account } from './accounts.ts';
import { sendChooser } from './chooser.ts';

const findPerson = (accounts: readonly Account[], hint: unknown): Account | undefined =>
  accounts.find(({ kind, id }) => kind === 'person' && id === hint);

/** Multi-factor sign-in counts as done exactly where the client asks for it. */
const wantsMfa = (params: Readonly<Record<string, unknown>>): boolean =>
  typeof params['acr_values'] === 'string' && params['acr_values'].split(' ').includes('mfa');

/**
 * When to interact, beyond the provider's own reasons (no session, `prompt=login`, `max_age`): whenever the session is
 * not already that of the person whom `login_hint` names, signed in as strongly as asked. `prompt=none` takes the
 * session as it is.
 */
export const signInPolicy = (accounts: readonly Account[]): interactionPolicy.DefaultPolicy => {
  const policy = interactionPolicy.base();
  policy.get('login')?.checks.add(
    new interactionPolicy.Check('chosen_account', 'an account has to be chosen', ({ oidc }: KoaContextWithOIDC) => {
      if (oidc.result?.login || oidc.params?.['prompt'] === 'none') return interactionPolicy.Check.NO_NEED_TO_PROMPT;
      const hinted = findPerson(accounts, oidc.params?.['login_hint']);
      const sameMethods = (oidc.session?.amr ?? []).includes('mfa') === wantsMfa(oidc.params ?? {});
      return hinted === undefined || hinted.subject !== oidc.session?.accountId || !sameMethods;
    }),
  );
  return policy;
};

/**
 * Serves `/interaction/<uid>`: finishes the sign-in by itself when the hint names a person, else lets one be chosen.
 * Needs the interaction's own cookie, so that nobody can choose for somebody else's browser.
 */
export const handleInteraction = async (
  provider: Provider,
  accounts: readonly Account[],
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> => {
  const details = await provider.interactionDetails(request, response);
  const posted = request.method === 'POST' ? new URLSearchParams(await text(request)).get('account') : undefined;
  if (posted === '') {
    await provider.interactionFinished(request, response, { error: 'access_denied' });
    return;
  }
  const chosen = findPerson(accounts, posted ?? details.params['login_hint']);
  const mfa = wantsMfa(details.params);
  if (!chosen) {
    const action = `/interaction/${details.uid}`;
    sendChooser(response, { providerName: 'local-oidc', action, accounts, mfa });
    return;
  }
  const login = { accountId: chosen.subject, amr: mfa ? ['pwd', 'mfa'] : ['pwd'] };
  await handOverSession(provider, details, login);
  await provider.interactionFinished(request, response, { login });
};

/**
 * Gives an existing session, and the interaction that belongs to it, to another person. Left alone, the provider would
 * first show a sign-out form of its own, and signing in by redirects alone would end there.
 */
const handOverSession = async (
  provider: Provider,
  interaction: InstanceType<Provider['Interaction']>,
  login: { accountId: string; amr: string[] },
): Promise<void> => {
  if (!interaction.session || interaction.session.accountId === login.accountId) return;
  const session = await provider.Session.findByUid(interaction.session.uid);
  if (!session) return;
  session.loginAccount(login);
  session.authorizations = {};
  await session.persist();
  interaction.session.accountId = login.accountId;
  await interaction.persist();
};
