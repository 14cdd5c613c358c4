import { createHash, timingSafeEqual } from 'node:crypto';
import { HatcheckError, refuse } from '../../domain/errors.ts';
import { found } from '../call.ts';
import type { CallState } from '../call.ts';
import { parseForm } from '../form.ts';
import type { ApiMiddleware } from '../middleware.ts';

/**
 * A state-changing call with the cookie must come from our own page: by `Origin` and a header that no form can send, or, for a
 * plain form, by `Origin`, `Sec-Fetch-Site` and the session's hidden field. A bearer token is proof enough: no browser adds it by itself.
 */
export const csrf = (origin: string): ApiMiddleware => ({
  before: async ({ context: { call } }) => {
    const { method, headers } = call.incoming;
    const { contract } = found(call.route);
    const { type, text } = found(call.content);
    call.isFormPost = type === 'form' && contract.accepts.includes('form');
    if (method === 'GET' || method === 'HEAD' || !isAtRisk(call)) return;
    if (headers['origin'] !== origin) throw new HatcheckError(refuse('cross_origin', 'Origin is absent or not ours'));
    if (!call.isFormPost) {
      if (headers['hatcheck-csrf'] !== '1') throw new HatcheckError(refuse('csrf_missing', 'no Hatcheck-CSRF header'));
      return;
    }
    if (headers['sec-fetch-site'] !== 'same-origin')
      throw new HatcheckError(refuse('cross_origin', 'Sec-Fetch-Site is not same-origin'));
    await checkField(call, text);
  },
});

const isAtRisk = ({ presented, route }: CallState): boolean => {
  const { csrf } = found(route).contract;
  if (csrf === 'exempt' || presented?.via === 'bearer') return false;
  return csrf === 'always' || presented !== undefined;
};

const checkField = async (call: CallState, form: string): Promise<void> => {
  const expected = await expectedField(call);
  if (expected === undefined) return;
  const given = parseForm(form, '/').fields['csrf'];
  if (given === undefined || !isSame(given, expected))
    throw new HatcheckError(refuse('csrf_missing', 'the csrf field is not the session’s'));
};

/** What the field must be; undefined where there is no session that a forged form could use. */
const expectedField = async (call: CallState): Promise<string | undefined> => {
  if (!call.presented) return undefined;
  try {
    const { csrf } = await found(call.session)();
    if (csrf === undefined) throw new HatcheckError(refuse('csrf_missing', 'the session has no csrf field'));
    return csrf;
  } catch (error) {
    const isDead = error instanceof HatcheckError && DEAD.has(error.code);
    if (isDead && found(call.route).contract.caller === 'anyone') return undefined;
    throw error;
  }
};

const DEAD: ReadonlySet<string> = new Set(['not_signed_in', 'session_expired', 'invalid_token']);

/** In constant time; hashed first, so that the lengths are equal and say nothing. */
const isSame = (a: string, b: string): boolean => timingSafeEqual(sha256(a), sha256(b));

const sha256 = (text: string): Buffer => createHash('sha256').update(text).digest();
