/** 127.0.0.0/8 and ::1 (RFC 6890), and the name that stands for them (RFC 6761, 6.3). `URL` has normalised them before. */
const LOOPBACK = /^(?:127(?:\.\d{1,3}){3}|\[::1\]|localhost)$/;

/** The address when nobody in between can read or change what is sent to it: https, or http that never leaves the machine. */
export const secureUrl = (text: string): URL | undefined => {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (!url || url.username !== '' || url.password !== '') return undefined;
  return url.protocol === 'https:' || (url.protocol === 'http:' && LOOPBACK.test(url.hostname)) ? url : undefined;
};
