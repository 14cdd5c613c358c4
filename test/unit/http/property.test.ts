import { test } from '@jest/globals';
import fc from 'fast-check';
import { contract } from '../../../lib/http/contract.ts';
import { problems } from '../../../lib/http/problem.ts';
import { CSRF, ORIGIN, REQUEST_ID, TOKEN, stubApi } from './stub-api.ts';

const { send } = stubApi();

/** Text of any UTF-16 code units, lone surrogates and all; now and then something that means something here. */
const soup = fc.oneof(
  fc.string({ unit: 'binary' }),
  fc.string({ unit: fc.integer({ min: 0, max: 0xffff }).map((unit) => String.fromCharCode(unit)) }),
  fc.constantFrom(ORIGIN, '1', REQUEST_ID, `Bearer ${TOKEN}`, `__Host-hatcheck=${TOKEN}`, `csrf=${CSRF}`, '{}', '%'),
  fc.json(),
);
const names = fc.oneof(
  soup,
  fc.constantFrom('Origin', 'authorization', 'content-type', 'hatcheck-csrf', 'idempotency-key', '__proto__', 'id'),
);
const types = fc.constantFrom('application/json', 'application/x-www-form-urlencoded', 'text/plain');
const routeKeys = fc.oneof(soup, fc.constantFrom(...Object.keys(contract)));
const texts = fc.dictionary(names, soup, { maxKeys: 5 });

const event = fc.oneof(
  { weight: 1, arbitrary: fc.anything({ withNullPrototype: true, withBigInt: true }) },
  {
    weight: 9,
    arbitrary: fc.record(
      {
        routeKey: routeKeys,
        rawPath: soup,
        rawQueryString: soup,
        headers: fc.tuple(texts, types).map(([headers, type]) => ({ 'content-type': type, ...headers })),
        cookies: fc.array(soup, { maxLength: 3 }),
        pathParameters: texts,
        body: soup,
        isBase64Encoded: fc.boolean(),
        requestContext: fc.record(
          { requestId: soup, http: fc.record({ method: fc.constantFrom('GET', 'POST', 'PUT', 'x') }) },
          { requiredKeys: [] },
        ),
      },
      { requiredKeys: ['routeKey'] },
    ),
  },
);

test('whatever an event holds, it is answered, and never by a 5xx', async () => {
  await fc.assert(
    fc.asyncProperty(event, async (any) => {
      const { status, code, json } = await send(any);
      if (status === 200) return;
      if (json['error'] === 'invalid_request' && status < 500) return;
      const known = code !== undefined && code in problems && code !== 'internal';
      if (!known || status !== problems[code as keyof typeof problems].status)
        throw new Error(`${status} ${String(code)} for ${fc.stringify(any)}`);
    }),
    { numRuns: 3000 },
  );
});
