const MAX_REDIRECTS = 20;

/**
 * The session cookie of this account, as `name=value`, by redirects alone: for whoever sends it as no browser would.
 * @param origin of the laptop's stack
 */
export const sessionCookie = async (origin: string, account: string): Promise<string> => {
  const jars = new Map<string, Map<string, string>>();
  let url = `${origin}/login?provider=local-oidc&loginHint=${encodeURIComponent(account)}`;
  for (let redirects = 0; redirects < MAX_REDIRECTS; redirects += 1) {
    const at = new URL(url).origin;
    const jar = jars.get(at) ?? new Map<string, string>();
    jars.set(at, jar);
    const cookie = [...jar].map(([name, value]) => `${name}=${value}`).join('; ');
    const answer = await fetch(url, { redirect: 'manual', headers: { cookie } });
    await answer.body?.cancel();
    for (const set of answer.headers.getSetCookie()) {
      const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(set) ?? [];
      jar.set(name, value);
    }
    const location = answer.headers.get('location');
    if (location === null) break;
    url = new URL(location, url).href;
  }
  return `__Host-hatcheck=${jars.get(origin)?.get('__Host-hatcheck') ?? ''}`;
};
