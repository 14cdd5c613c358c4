import * as z from 'zod/mini';

/**
 * The pieces that the contract's input schemas are made of. They are functions: each costs some 50 µs to build, and a
 * function that serves three routes should not pay for twenty at its cold start.
 */

/** Makes a value once, when it is first asked for. */
export const once = <T>(make: () => T): (() => T) => {
  let made: { readonly value: T } | undefined;
  return () => (made ??= { value: make() }).value;
};

/** And what turns the direction of the text after it: who decides must read what the machine does ("Trojan Source", CVE-2021-42574). */
const CONTROL = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]/;

/** Whether text is well-formed Unicode: a lone surrogate would change on its way through DynamoDB, and its hash with it. */
export const isWellFormedText = (text: string): boolean => text.isWellFormed() && !CONTROL.test(text);

const isOneLine = (text: string): boolean => !/[\n\t]/.test(text);
const isNotBlank = (text: string): boolean => text.trim() !== '';

const wellFormed = () => z.refine<string>(isWellFormedText, { params: { code: 'ill_formed_text' } });
const oneLine = () => z.refine<string>(isOneLine, { params: { code: 'ill_formed_text' } });
const notBlank = () => z.refine<string>(isNotBlank, { params: { code: 'blank' } });

/** Any text of at most `maxLength` UTF-16 code units; lines and tabs are allowed. */
export const text = (maxLength: number) => z.string().check(z.maxLength(maxLength), wellFormed());

/** Text that says something: not empty, not only white space. */
export const words = (maxLength: number) =>
  z.string().check(z.minLength(1, { abort: true }), z.maxLength(maxLength), wellFormed(), notBlank());

export const line = (maxLength: number) =>
  z.string().check(z.minLength(1, { abort: true }), z.maxLength(maxLength), wellFormed(), oneLine(), notBlank());

export const reason = () => words(2000);

/** Ids of entitlements and identity providers, as access.yml spells them. */
export const slug = () => z.string().check(z.regex(/^[a-z0-9][a-z0-9-]{0,62}$/));

/** A region of AWS by its name, such as `eu-west-1`. */
export const region = () => z.string().check(z.regex(/^[a-z]{2}(?:-[a-z]{1,16}){1,3}-[0-9]{1,2}$/));

/** What a person or workload is named by: `p_` and 43 base64url characters. */
export const handle = () => z.string().check(z.regex(/^p_[A-Za-z0-9_-]{43}$/));

export const accountId = () => z.string().check(z.regex(/^[0-9]{12}$/));

/** The place of a request's last event, as it was shown. */
export const seq = () => z.int().check(z.minimum(0), z.maximum(1_000_000));

/** A minute to twelve hours; the entitlement says how much of that. */
export const durationSeconds = () => z.int().check(z.minimum(60), z.maximum(43_200));

const INSTANT = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,9})?Z$/;

/** `Date` turns 30 February into 2 March: an instant is one only if it comes back as it went in. */
const isInstant = (value: string): boolean => {
  const date = new Date(value);
  return !Number.isNaN(date.getTime()) && date.toISOString().slice(0, 19) === value.slice(0, 19);
};

/** ISO 8601 in UTC with `Z`; comes out with milliseconds, as everything else here writes instants. */
export const instant = () =>
  z.pipe(
    z.string().check(z.regex(INSTANT, { abort: true }), z.refine(isInstant, { params: { code: 'invalid_format' } })),
    z.transform((value: string) => new Date(value).toISOString()),
  );

/** `true` or `false` as a query parameter. */
export const flag = () =>
  z.pipe(
    z.enum(['true', 'false']),
    z.transform((value: 'true' | 'false') => value === 'true'),
  );

/** A query parameter that is said or left out: there is no asking for the contrary. */
export const yes = () =>
  z.pipe(
    z.literal('true'),
    z.transform(() => true as const),
  );

/** The ARN of an IAM role. */
export const roleArn = () =>
  z.string().check(z.regex(/^arn:aws[a-z-]*:iam::[0-9]{12}:role\/(?:[!-~]{1,510}\/)?[\w+=,.@-]{1,64}$/));

/** A place in a stream, as a query parameter. */
export const queriedSeq = () => z.pipe(z.string().check(z.regex(/^(?:0|[1-9][0-9]{0,8})$/)), z.transform(Number));

/** A stream of events by its name. The log and its checkpoints are no such ones: they are what these are held against. */
export const stream = () =>
  z
    .string()
    .check(
      z.regex(
        /^(?:(?:request|refusals)#r_[A-Z2-7]{26}|person#p_[A-Za-z0-9_-]{43}|signin#[0-9A-HJKMNP-TV-Z]{26}|alarm#[0-9]{4}-[0-9]{2}-[0-9]{2}|control)$/,
      ),
    );

/** A whole number as a query parameter. */
export const count = (maximum: number, byDefault: number) =>
  z._default(
    z.pipe(
      z.string().check(z.regex(/^[0-9]{1,6}$/)),
      z.pipe(z.transform(Number), z.int().check(z.minimum(1), z.maximum(maximum))),
    ),
    byDefault,
  );
