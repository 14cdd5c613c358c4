import fc from 'fast-check';
import * as z from 'zod/mini';

/** The parts of JSON Schema that the contract's input schemas come out as; anything else is a TypeError, so that nothing is left out. */
const partsSchema = z.looseObject({
  type: z.enum(['object', 'string', 'integer', 'boolean', 'array']),
  items: z.optional(z.unknown()),
  minItems: z.optional(z.int()),
  maxItems: z.optional(z.int()),
  properties: z.optional(z.record(z.string(), z.unknown())),
  required: z.optional(z.array(z.string())),
  pattern: z.optional(z.string()),
  enum: z.optional(z.array(z.string())),
  minLength: z.optional(z.int()),
  maxLength: z.optional(z.int()),
  minimum: z.optional(z.int()),
  maximum: z.optional(z.int()),
});
type Parts = z.infer<typeof partsSchema>;

/** Values that the schema takes, or all but takes where a rule of ours is not in JSON Schema. */
export const taken = (schema: z.ZodMiniType): fc.Arbitrary<Record<string, unknown>> => {
  const parts = partsOf(z.toJSONSchema(schema, { io: 'input' }));
  const required = Object.entries(parts.properties ?? {}).filter(([name]) => parts.required?.includes(name));
  // Half of them with nothing but what must be there: each member more is one more rule to be refused by.
  return fc.oneof(objectOf(parts, validOf), objectOf({ ...parts, properties: Object.fromEntries(required) }, validOf));
};

/** Objects of the right members, some of which are just beyond what is taken. */
export const nearlyTaken = (schema: z.ZodMiniType): fc.Arbitrary<Record<string, unknown>> =>
  fc
    .tuple(
      objectOf(partsOf(z.toJSONSchema(schema, { io: 'input' })), (parts) => fc.oneof(validOf(parts), beyondOf(parts))),
      fc.oneof({ weight: 3, arbitrary: fc.constant({}) }, { weight: 1, arbitrary: strangers }),
    )
    .map(([object, more]) => ({ ...object, ...more }));

const partsOf = (schema: unknown): Parts => partsSchema.parse(schema);

const severalSchema = z.looseObject({ anyOf: z.array(z.unknown()) });

/** One for each kind of value that a member may have. */
const kindsOf = (schema: unknown): readonly Parts[] => {
  const several = severalSchema.safeParse(schema);
  return several.success ? several.data.anyOf.flatMap(kindsOf) : [partsOf(schema)];
};

const objectOf = (
  { properties = {}, required = [] }: Parts,
  memberOf: (parts: Parts) => fc.Arbitrary<unknown>,
): fc.Arbitrary<Record<string, unknown>> =>
  fc.record(
    Object.fromEntries(
      Object.entries(properties).map(([name, schema]) => [name, fc.oneof(...kindsOf(schema).map(memberOf))]),
    ),
    { requiredKeys: required },
  );

const validOf = (parts: Parts): fc.Arbitrary<unknown> => {
  switch (parts.type) {
    case 'integer':
      return integerOf(parts.minimum ?? 0, parts.maximum ?? 100_000);
    case 'string':
      return validText(parts);
    case 'object':
      return objectOf(parts, validOf);
    case 'boolean':
      return fc.boolean();
    case 'array':
      return fc.array(validOf(partsOf(parts.items)), {
        minLength: parts.minItems ?? 0,
        maxLength: parts.maxItems ?? 5,
      });
  }
};

/** Small ones more often, since large ones are refused by rules that come later. */
const integerOf = (min: number, max: number): fc.Arbitrary<number> =>
  fc.oneof(fc.constantFrom(min, max), fc.integer({ min, max: Math.min(max, min + 900) }), fc.integer({ min, max }));

const validText = ({ enum: values, pattern, minLength = 0, maxLength = 2000 }: Parts): fc.Arbitrary<string> => {
  if (values) return fc.constantFrom(...values);
  const known = KNOWN.filter((text) => new RegExp(pattern ?? '').test(text) && text.length <= maxLength);
  const made =
    pattern === undefined
      ? fc.string({ unit: 'grapheme', minLength, maxLength: Math.min(maxLength, 60) })
      : fc.stringMatching(new RegExp(pattern));
  return known.length === 0
    ? made
    : fc.oneof({ weight: 3, arbitrary: fc.constantFrom(...known) }, { weight: 1, arbitrary: made });
};

/** What means something to the broker under test, where the schema lets it pass: ids, instants, words. */
const KNOWN = [
  ...['prod-read', 'prod-admin', 'payments-admin', 'local-oidc', '2027-01-01T00:00:00Z', '2024-02-30T00:00:00Z', '1'],
  ...['200', '201', '/requests', 'restore the payments queue', 'OPS-4711', 'engineer@example.com'],
];

const beyondOf = ({ maxLength = 64, minimum = 0, maximum = 0 }: Parts): fc.Arbitrary<unknown> =>
  fc.oneof(
    fc.constantFrom<unknown>(null, true, 0, -0, -1, 0.5, 1e308, -1e308, 2 ** 53 + 2, [], {}, [[]], ''),
    fc.constantFrom<unknown>(minimum - 1, maximum + 1, 'x'.repeat(maxLength + 1), 'é'.repeat(maxLength)),
    nasty,
    fc.anything({ maxDepth: 2 }),
  );

/** Text that has broken something somewhere before. */
export const nasty: fc.Arbitrary<string> = fc.oneof(
  fc.constantFrom(
    ...[
      '\u0000',
      'a\u0000b',
      '\ud800',
      'x\udc00y',
      '\ufeff',
      '\u202e',
      '\u2028',
      '\r\n',
      '\t',
      ' ',
      '\u007f',
      '\u0085',
    ],
    ...['__proto__', 'constructor', 'prototype', 'toString', 'hasOwnProperty', '$where', '{{7*7}}', '${jndi:ldap://x}'],
    ...[
      '../../etc/passwd',
      '%2e%2e%2f',
      '%00',
      '%',
      '%zz',
      '//example.com',
      'https://example.com@127.0.0.1',
      '\\\\x\\y',
    ],
    ...["' OR '1'='1", '"; DROP TABLE', '<script>alert(1)</script>', '-1', '0x10', '1e3', 'NaN', 'Infinity', '٣', '１'],
    ...['arn:aws:iam::111122223333:role/hatcheck/Admin', 'r_AAAAAAAAAAAAAAAAAAAAAAAAAA', 'p_', 'request#x', 'control'],
  ),
  fc.string({ unit: 'binary', maxLength: 20 }),
  fc.string({ unit: fc.integer({ min: 0, max: 0xffff }).map((unit) => String.fromCharCode(unit)), maxLength: 20 }),
);

/** Members that no schema knows. */
const strangers: fc.Arbitrary<Record<string, unknown>> = fc.dictionary(
  fc.oneof(nasty, fc.constantFrom('status', 'requester', 'approvers', 'roleArn', 'grantedSeconds', 'autoApproved')),
  fc.oneof(nasty, fc.jsonValue({ maxDepth: 2 })),
  { minKeys: 1, maxKeys: 3 },
);

/** JSON texts that `JSON.stringify` would not write. */
export const strangeJson: fc.Arbitrary<string> = fc.oneof(
  fc.constantFrom(
    ...[
      '',
      ' ',
      'null',
      '0',
      '"x"',
      '[]',
      '[{}]',
      '{',
      '}',
      '{"a":}',
      '{"a":1,}',
      "{'a':1}",
      '{"a":1}{"b":2}',
      '\ufeff{}',
    ],
    ...['{"__proto__":{"x":1}}', '{"constructor":{"prototype":{}}}', '{"reason":"x","reason":"y"}', '{"a":1e999}'],
    ...['{"reason":"\\ud800"}', '{"reason":"\\u0000"}', '{"durationSeconds":1e2}', '{"durationSeconds":60.0}', 'NaN'],
  ),
  fc.integer({ min: 7, max: 4000 }).map((depth) => `{"a":`.repeat(depth) + '1' + '}'.repeat(depth)),
  fc.integer({ min: 7, max: 4000 }).map((depth) => '['.repeat(depth) + ']'.repeat(depth)),
  fc.json({ maxDepth: 4 }),
  nasty,
);
