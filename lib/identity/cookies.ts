/** `__Host-`: from this very host, over TLS, for all paths; no other host of the domain can set or overwrite it (RFC 6265bis, 4.1.3.2). */
export const SESSION_COOKIE = '__Host-hatcheck';
export const LOGIN_COOKIE = '__Host-hatcheck-login';

/** How long the person may take at the provider; the pre-login cookie lives as long. */
export const ATTEMPT_SECONDS = 600;

/** Lax: sent when an identity provider sends the browser back to us, and never with another site's posts. */
const ATTRIBUTES = 'Path=/; Secure; HttpOnly; SameSite=Lax';

/** A Set-Cookie header's value. `value` is one of ours: base64url and dots. */
export const setCookie = (name: string, value: string, maxAgeSeconds: number): string =>
  `${name}=${value}; Max-Age=${maxAgeSeconds}; ${ATTRIBUTES}`;

export const clearCookie = (name: string): string => setCookie(name, '', 0);
