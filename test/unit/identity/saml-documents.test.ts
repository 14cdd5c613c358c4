import { beforeEach, describe, expect, test } from '@jest/globals';
import { readSamlMetadata } from '../../../lib/config/saml-provider-metadata.ts';
import { AssertionRefused, ProviderUnavailable } from '../../../lib/identity/assertion-refused.ts';
import type { SamlProvider } from '../../../lib/identity/ports.ts';
import { type SamlDocuments, samlDocuments, verifiedBy } from '../../../lib/identity/saml-documents.ts';
import { type SamlIdp, verifySamlResponse } from '../../../lib/identity/saml/verify-response.ts';
import { idpMetadata } from '../../../local/idp/saml-metadata.ts';
import { expectation } from '../../attack/saml/believing.ts';
import { NOON } from '../../support/builders.ts';
import { certifiedKey } from '../../support/certificate.ts';
import { type MemoryClock, memoryClock } from '../../support/memory.ts';
import { IDP, NAME, encode, responseXml, signXml } from '../../support/saml-generator.ts';

const [old, next, stranger, weak] = [certifiedKey(), certifiedKey(), certifiedKey(), certifiedKey('rsa-1024')];
const SSO = 'https://idp.example.com/sso';
const rules = {
  ...({ id: 'adfs', type: 'saml', issuer: IDP, groupsAttribute: 'groups' } as const),
  ...{ mfaContexts: [], idpInitiated: false, tokenExchange: false },
};
const provider: SamlProvider = { ...rules, metadataUrl: 'https://idp.example.com/metadata' };

let clock: MemoryClock;
let answer: () => { status: number; bytes: Uint8Array };
let asked: URL[];
let stale: unknown[];
let documents: SamlDocuments;

const publish = (xml: string, status = 200): void => {
  answer = () => ({ status, bytes: Buffer.from(xml) });
};

beforeEach(() => {
  clock = memoryClock(NOON);
  asked = [];
  stale = [];
  publish(idpMetadata(IDP, SSO, [old]));
  documents = samlDocuments({
    fetchBytes: (url) => {
      asked.push(url);
      return Promise.resolve().then(answer);
    },
    readMetadata: readSamlMetadata,
    clock,
    onStale: (issuer, cause) => stale.push([issuer, cause]),
  });
});

const responseOf = (key: typeof old): string => encode(signXml(responseXml(), 'Assertion', key));

/** Whom a response of now that is signed by this key vouches for, or why not. */
const verdict = (key: typeof old): Promise<string> =>
  verifiedBy(documents, provider, (idp) => verifySamlResponse(responseOf(key), { ...expectation, idp }).nameId).catch(
    (error: unknown) => (error instanceof AssertionRefused ? error.fault : String(error)),
  );

const outcomeOf = (idp: Promise<SamlIdp>): Promise<unknown> =>
  idp.catch((error: unknown) => (error instanceof ProviderUnavailable ? 'unavailable' : error));

describe('a provider whose metadata is pinned', () => {
  test('is as it was pinned, and nobody is asked', async () => {
    const pinned = { ...rules, ssoUrl: SSO, certificates: [old.certificate] };
    const idp = { entityId: IDP, ssoUrl: SSO, certificates: [old.certificate] };
    await expect(documents.idp(pinned)).resolves.toEqual(idp);
    await expect(documents.newestIdp(pinned)).resolves.toEqual(idp);
    expect(asked).toStrictEqual([]);
  });
});

describe('a provider that publishes its metadata', () => {
  test('is as it says, for a quarter of an hour', async () => {
    await expect(documents.idp(provider)).resolves.toEqual({
      ...{ entityId: IDP, ssoUrl: SSO, certificates: [old.certificate] },
    });
    clock.advance(900);
    await documents.idp(provider);
    expect(asked.map(({ href }) => href)).toEqual(['https://idp.example.com/metadata']);
    clock.advance(1);
    await documents.idp(provider);
    expect(asked).toHaveLength(2);
  });

  test('while it changes its key both are good; once the old one is gone it is refused, whatever it signs', async () => {
    await expect(verdict(old)).resolves.toBe(NAME);
    publish(idpMetadata(IDP, SSO, [old, next]));
    clock.advance(901);
    await expect(Promise.all([verdict(old), verdict(next)])).resolves.toEqual([NAME, NAME]);
    publish(idpMetadata(IDP, SSO, [next]));
    clock.advance(901);
    await expect(Promise.all([verdict(old), verdict(next)])).resolves.toEqual(['signature', NAME]);
  });

  test('that changed its key a moment ago is asked again at once', async () => {
    await expect(verdict(old)).resolves.toBe(NAME);
    publish(idpMetadata(IDP, SSO, [next]));
    clock.advance(30);
    await expect(verdict(next)).resolves.toBe(NAME);
    await expect(verdict(old)).resolves.toBe('signature');
  });

  test('attack: ten thousand forged responses make it asked twice a minute', async () => {
    await verdict(old);
    const refuse = (): never => {
      throw new AssertionRefused('signature');
    };
    await expect(verdict(stranger)).resolves.toBe('signature');
    for (let count = 0; count < 10_000; count += 1) {
      await expect(verifiedBy(documents, provider, refuse)).rejects.toThrow(AssertionRefused);
      if (count % 1000 === 0) clock.advance(6);
    }
    expect(asked.length).toBeLessThanOrEqual(3);
  });

  test('that is refused for another reason is not asked again', async () => {
    await verdict(old);
    clock.advance(60);
    const expired = (): never => {
      throw new AssertionRefused('expired');
    };
    await expect(verifiedBy(documents, provider, expired)).rejects.toMatchObject({ fault: 'expired' });
    expect(asked).toHaveLength(1);
  });

  test('that is away serves its last word for a day, and the operator hears of it', async () => {
    await verdict(old);
    answer = () => {
      throw new Error('away');
    };
    clock.advance(24 * 3600);
    await expect(documents.idp(provider)).resolves.toMatchObject({ certificates: [old.certificate] });
    expect(stale).toHaveLength(1);
    clock.advance(31);
    await expect(outcomeOf(documents.idp(provider))).resolves.toBe('unavailable');
  });

  const without = (text: string, part: string): string => text.replace(part, '');
  const honest = idpMetadata(IDP, SSO, [old]);
  test.each<[string, string, number]>([
    ['with another entityID', idpMetadata('https://evil.example.com', SSO, [old]), 200],
    ['with an entityID that differs in a slash', idpMetadata(`${IDP}/`, SSO, [old]), 200],
    ['with a DOCTYPE', `<!DOCTYPE r>${honest}`, 200],
    [
      'of a federation',
      `<md:EntitiesDescriptor xmlns:md="urn:oasis:names:tc:SAML:2.0:metadata">${honest}</md:EntitiesDescriptor>`,
      200,
    ],
    ['without a key', without(honest, old.certificate), 200],
    ['with a key of 1024 bits', idpMetadata(IDP, SSO, [weak]), 200],
    ['that sends people to http', idpMetadata(IDP, 'http://evil.example.com/sso', [old]), 200],
    ['that is over', honest.replace('entityID=', 'validUntil="2026-03-02T12:00:00Z" entityID='), 200],
    ['whose role is over', honest.replace('WantAuthn', 'validUntil="2026-03-02T11:59:59Z" WantAuthn'), 200],
    ['good until no day of the calendar', honest.replace('entityID=', 'validUntil="for ever" entityID='), 200],
    ['with an error’s status', honest, 500],
    ['that is a page', '<html></html>', 200],
    ['that is nothing', '', 200],
  ])('attack: metadata %s is not taken', async (_what, xml, status) => {
    publish(xml, status);
    await expect(outcomeOf(documents.idp(provider))).resolves.toBe('unavailable');
  });

  test('metadata that ends while it is kept counts no longer: newer is asked for', async () => {
    publish(honest.replace('entityID=', 'validUntil="2026-03-02T12:01:00Z" entityID='));
    await documents.idp(provider);
    clock.advance(60);
    await expect(verdict(old)).resolves.toContain('ProviderUnavailable');
    publish(idpMetadata(IDP, SSO, [next]));
    await expect(verdict(old)).resolves.toContain('ProviderUnavailable');
    clock.advance(30);
    await expect(Promise.all([verdict(old), verdict(next)])).resolves.toEqual(['signature', NAME]);
  });

  test('attack: who keeps its metadata away from us does not make it last', async () => {
    publish(honest.replace('entityID=', 'validUntil="2026-03-02T12:30:00Z" entityID='));
    await documents.idp(provider);
    answer = () => {
      throw new Error('away');
    };
    clock.advance(1799);
    await expect(verdict(old)).resolves.toBe(NAME);
    clock.advance(1);
    await expect(outcomeOf(documents.idp(provider))).resolves.toBe('unavailable');
    await expect(outcomeOf(documents.newestIdp(provider))).resolves.toBe('unavailable');
  });

  test('metadata that is over is not asked for again before its time, and does not last until then', async () => {
    publish(honest.replace('entityID=', 'validUntil="2026-03-02T12:00:10Z" entityID='));
    await documents.idp(provider);
    clock.advance(10);
    await expect(outcomeOf(documents.idp(provider))).resolves.toBe('unavailable');
    expect(asked).toHaveLength(1);
  });

  test('attack: metadata of yesterday does not take the place of what is known', async () => {
    await documents.idp(provider);
    publish(honest.replace('entityID=', 'validUntil="2026-03-02T11:00:00Z" entityID='));
    clock.advance(901);
    await expect(documents.idp(provider)).resolves.toMatchObject({ certificates: [old.certificate] });
    expect(stale).toMatchObject([[IDP, expect.any(ProviderUnavailable)]]);
  });

  test('a forged response while the provider is away is refused for its signature', async () => {
    await verdict(old);
    clock.advance(31);
    answer = () => {
      throw new Error('away');
    };
    await expect(verdict(stranger)).resolves.toBe('signature');
  });

  test('a key that was added a moment ago is good at once; where none was, nothing is verified again', async () => {
    await verdict(old);
    clock.advance(31);
    publish(idpMetadata(IDP, SSO, [old, next]));
    await expect(verdict(next)).resolves.toBe(NAME);
    let tries = 0;
    const refuse = (): never => {
      tries += 1;
      throw new AssertionRefused('signature');
    };
    await expect(verifiedBy(documents, provider, refuse)).rejects.toMatchObject({ fault: 'signature' });
    expect(tries).toBe(1);
  });

  test('is asked for metadata by its type, and why it has none is there for the operator', async () => {
    const headers: unknown[] = [];
    const parts = { readMetadata: readSamlMetadata, clock, onStale: () => undefined };
    const away = samlDocuments({
      ...parts,
      fetchBytes: (_url, request) => {
        headers.push(request?.headers);
        return Promise.reject(new Error('no route'));
      },
    });
    await expect(away.idp(provider)).rejects.toMatchObject({ cause: { message: 'no route' } });
    expect(headers).toEqual([{ accept: 'application/samlmetadata+xml' }]);
  });

  test('metadata that is good for another second is taken', async () => {
    publish(honest.replace('entityID=', 'validUntil="2026-03-02T12:00:01Z" entityID='));
    await expect(documents.idp(provider)).resolves.toMatchObject({ entityId: IDP });
  });
});
