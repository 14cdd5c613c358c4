/** What a secret looks like, whoever made it. A bare random value looks like a hash: those are what the canaries are for. */
const SHAPES: readonly (readonly [string, RegExp])[] = [
  // IAM API reference, AccessKey: 40 characters of base64, on their own.
  ['secret access key', /(?<![\w+/=-])[A-Za-z0-9+/]{40}(?![\w+/=-])/],
  // RFC 7519, 3.1: the header is a JSON object.
  ['JWT', /eyJ[\w-]{8,}\.[\w-]{8,}\.[\w-]*/],
  // Longer than any hash, signature or id of ours.
  ['session token', /[\w+/=.-]{150,}/],
  ['token of the broker', /p_[\w-]{43}\.[\w-]{43}/],
  ['private key', /-----BEGIN/],
];

const NAMES = /secret|token|password|cookie|assertion|authorization/i;

/** What kind of secret it looks like; undefined: none. */
export const looksLike = (text: string): string | undefined => SHAPES.find(([, shape]) => shape.test(text))?.[0];

/** Where in an event something looks like a secret or is called like one, and of what kind; never the thing itself. */
export const secretsInEvent = (value: unknown, place: string): readonly string[] => {
  if (typeof value === 'string') {
    const kind = looksLike(value);
    return kind === undefined ? [] : [`${place}: ${kind}`];
  }
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([name, member]) => [
    ...(NAMES.test(name) ? [`${place}.${name}: its name`] : []),
    ...secretsInEvent(member, `${place}.${name}`),
  ]);
};
