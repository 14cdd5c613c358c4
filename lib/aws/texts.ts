import type { Broker } from '../broker/broker.ts';
import type { Texts } from '../broker/ports.ts';
import { hashText } from '../broker/text.ts';
import type { TextRef } from '../domain/event.ts';
import type { Handle } from '../domain/principal.ts';
import { batchGet } from './batch-get.ts';
import { type IdentityKey, type IdentityTable, bodyOf, identityItem, keyOf, putIdentityItem } from './identity-item.ts';
import { parseText } from './person-schema.ts';
import type { Item } from './ledger-item.ts';
import { orUnavailable, unavailable, wasWritten } from './unavailable.ts';

interface Whereabouts {
  readonly author: Handle;
  readonly ref: TextRef;
}

export interface TextsOptions extends IdentityTable {
  /** Told of a text that is not what its event holds the hash of; it counts as absent. */
  readonly warn: Broker['warn'];
}

const textKey = ({ author, ref }: Whereabouts): IdentityKey => ({ kind: 'text', of: author, sort: ref.id });

/** People's words, in the identity table under their author. */
export const dynamoTexts = ({ warn, ...at }: TextsOptions): Texts => ({
  put: async (author, ref, value) => {
    if (hashText(value.salt, value.text) !== ref.hash) throw new TypeError('a text is stored under its own hash');
    const item = { ...identityItem(textKey({ author, ref }), value), hash: { S: ref.hash } };
    const written = await wasWritten(
      'a text cannot be stored',
      putIdentityItem(at, item, {
        // The same text again is no harm: the answer to the first put may have got lost.
        ConditionExpression: 'attribute_not_exists(#pk) OR #hash = :hash',
        ExpressionAttributeNames: { '#pk': 'pk', '#hash': 'hash' },
        ExpressionAttributeValues: { ':hash': { S: ref.hash } },
      }),
    );
    if (!written) throw unavailable('another text has this id', undefined);
  },

  get: async (wanted) => {
    const items = await orUnavailable('texts cannot be read', batchGet(at, wanted.map(textKey)));
    const found = new Map(items.map((item) => [keyText(item), item]));
    const texts = new Map<string, string>();
    for (const where of wanted) {
      const item = found.get(keyText(keyOf(textKey(where))));
      if (!item) continue;
      const text = genuine(bodyOf(item, at.clock), where.ref);
      if (text === undefined) warn('a text is not what its event holds the hash of', new Error(keyText(item)));
      else texts.set(where.ref.id, text);
    }
    return texts;
  },
});

const keyText = (item: Item): string => JSON.stringify([item['pk']?.S, item['sk']?.S]);

/** The text, if it is what the event holds the hash of: the table can be written by more than those who append. */
const genuine = (body: unknown, { hash }: TextRef): string | undefined => {
  const value = parseText(body);
  if (!value) return undefined;
  try {
    return hashText(value.salt, value.text) === hash ? value.text : undefined;
  } catch {
    return undefined;
  }
};
