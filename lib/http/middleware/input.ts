import { HatcheckError, refuse } from '../../domain/errors.ts';
import { found } from '../call.ts';
import type { CallState } from '../call.ts';
import { checked, invalidHeader, invalidInput } from '../faults.ts';
import { parseForm } from '../form.ts';
import type { Incoming } from '../incoming.ts';
import type { ApiMiddleware } from '../middleware.ts';
import { idPatternOf } from '../path-ids.ts';
import type { RouteContract } from '../route-contract.ts';
import { parseObject } from '../strict-json.ts';

/** Checks path, query, headers and body against the contract. Whoever is not signed in hears that first. */
export const input = (): ApiMiddleware => ({
  before: async ({ context: { call } }) => {
    const { incoming } = call;
    const { key, contract } = found(call.route);
    try {
      call.input = {
        path: readPath(key, incoming),
        query: readQuery(contract, incoming),
        body: readBody(contract, call),
      };
      if (contract.idempotencyKey) checkIdempotencyKey(incoming.headers['idempotency-key']);
    } catch (error) {
      if (contract.caller === 'principal') await found(call.session)();
      throw error;
    }
  },
});

const readPath = (key: string, { pathParameters }: Incoming): object => {
  if (!key.includes('{id}')) return {};
  const id = pathParameters['id'] ?? '';
  if (!idPatternOf(key).test(id)) throw new HatcheckError(refuse('not_found', 'nothing has such an id'));
  return { id };
};

/** From the raw string: API Gateway joins a parameter that came twice by a comma, which then looks like one value. */
const readQuery = (contract: RouteContract, { rawQueryString }: Incoming): object => {
  if (!contract.query) return {};
  const { fields, faults } = parseForm(rawQueryString, '?');
  if (faults.length > 0) throw invalidInput(faults);
  return checked(contract.query(), fields, '?');
};

const checkIdempotencyKey = (key: string | undefined): void => {
  if (key !== undefined && !/^[A-Za-z0-9_.:-]{1,128}$/.test(key))
    throw invalidHeader('Idempotency-Key', 'It must be 1 to 128 of A-Z, a-z, 0-9 and _ . : -');
};

/** NB. trimmed first: a pattern with blanks to skip at both ends takes time with their square. */
const isEmptyObject = (text: string): boolean => /^(?:\{\s*\})?$/.test(text.trim());

const readBody = (contract: RouteContract, call: CallState): object => {
  const { text, type } = found(call.content);
  if (contract.rawBody) {
    unlessAccepted(contract, type);
    return {};
  }
  if (!contract.body) {
    if (isEmptyObject(text)) return {};
    throw invalidInput([{ pointer: '', code: 'unexpected_body', detail: 'No body is taken here.' }]);
  }
  if (text === '' && contract.bodyRequired)
    throw invalidInput([{ pointer: '', code: 'required', detail: 'A body is required.' }]);
  const isAbsent = !contract.bodyRequired && isEmptyObject(text);
  return checked(contract.body(), isAbsent ? {} : parseBody(contract, text, type), '/');
};

const parseBody = (contract: RouteContract, text: string, type: string): object => {
  unlessAccepted(contract, type);
  return type === 'json' ? readJson(text) : readForm(contract, text);
};

const unlessAccepted = ({ accepts }: RouteContract, type: string): void => {
  if ((type !== 'json' && type !== 'form') || !accepts.includes(type))
    throw new HatcheckError(refuse('unsupported_media_type', 'the body has another content type'));
};

const readJson = (text: string): object => {
  const parsed = parseObject(text);
  if ('fault' in parsed) throw invalidInput([parsed.fault]);
  return parsed.value;
};

const readForm = ({ csrf, errors }: RouteContract, text: string): object => {
  const { fields, faults } = parseForm(text, '/');
  if (faults.length > 0) throw invalidInput(faults);
  const kept = Object.entries(fields).filter(
    ([name, value]) =>
      // The hidden field was checked before; RFC 6749 §3.2: a parameter without a value counts as omitted.
      !(csrf !== 'exempt' && name === 'csrf') && !(errors === 'oauth' && value === ''),
  );
  return Object.assign(Object.create(null) as object, Object.fromEntries(kept));
};
