import { expect, test } from '@jest/globals';
import type { Secret, TemporaryCredentials } from '../../../lib/broker/ports.ts';
import { secret } from '../../../lib/broker/secret.ts';
import type { EventData, SecretsInEvents } from '../../../lib/domain/event.ts';
import type { NothingOf, Unsayable } from '../../../lib/domain/sayable.ts';

/** The events as they are, and one member more. */
type With<Extra> = Omit<EventData, 'credentials.issued'> & {
  readonly 'credentials.issued': EventData['credentials.issued'] & Extra;
};

/** Compiles only where both are the same. */
type Same<A, B> = [A] extends [B] ? ([B] extends [A] ? true : false) : false;

const proven = <T extends true>(value: T): T => value;

// @ts-expect-error a secret is in an event
export type OfASecret = NothingOf<Unsayable<With<{ readonly key: Secret }>, 'data'>>;

type Deep = readonly { readonly it?: Secret }[];
// @ts-expect-error so it is deep in an event, where it need not be
export type OfASecretWithin = NothingOf<Unsayable<With<{ readonly all?: Deep }>, 'data'>>;

// @ts-expect-error as temporary credentials are
export type OfCredentials = NothingOf<Unsayable<With<TemporaryCredentials>, 'data'>>;

// @ts-expect-error a text that is called like one
export type OfASecretText = NothingOf<Unsayable<With<{ readonly secretAccessKey: string }>, 'data'>>;

// @ts-expect-error what may be anything may be one
export type OfAnything = NothingOf<Unsayable<With<{ readonly details: unknown }>, 'data'>>;

// @ts-expect-error what is no JSON is not said as it is
export type OfADate = NothingOf<Unsayable<With<{ readonly when: Date }>, 'data'>>;

// @ts-expect-error nor are bytes
export type OfBytes = NothingOf<Unsayable<With<{ readonly bytes: Uint8Array }>, 'data'>>;

test('nothing secret is in any event, by type: a member that could hold one is named by the compiler', () => {
  expect([
    proven<Same<SecretsInEvents, never>>(true),
    proven<Same<Unsayable<With<{ readonly key: Secret }>, 'data'>, `data.credentials.issued.key.${keyof Secret}`>>(
      true,
    ),
    proven<Same<Unsayable<With<{ readonly details: unknown }>, 'data'>, 'data.credentials.issued.details'>>(true),
    proven<Same<Unsayable<With<{ readonly sessionToken?: string }>, 'data'>, 'data.credentials.issued.sessionToken'>>(
      true,
    ),
  ]).toEqual([true, true, true, true]);
});

test('nor at run time: a secret that got into JSON all the same is not what it was', () => {
  expect(JSON.stringify({ data: { key: secret('canary') } })).toBe('{"data":{"key":"[redacted]"}}');
});
