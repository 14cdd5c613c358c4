import { describe, expect, test } from '@jest/globals';
import { checkDomains } from '../../../scripts/deploy/check-domains.ts';
import { findingLines } from '../../../scripts/deploy/finding.ts';
import type { StageSettings } from '../../../scripts/deploy/stage-file.ts';

const certificate = (region: string) => `arn:aws:acm:${region}:777788889999:certificate/0aa0c5a5`;

const OWN: StageSettings = {
  ...{ domain: 'hatcheck.example.com', certificate: certificate('eu-west-1'), origin: 'https://hatcheck.example.com' },
  ...{ issuerDomain: 'issuer.example.com', issuerCertificate: certificate('eu-west-1') },
  issuer: 'https://issuer.example.com',
};

const EDGE = {
  ...{ certificate: certificate('us-east-1'), clientCertificate: certificate('us-east-1') },
  truststore: 's3://hatcheck-edge/one.pem',
};

const found = (settings: StageSettings, region = 'eu-west-1') =>
  checkDomains({ stage: 'prod', region, settings }).map(({ weight, about }) => `${weight} ${about}`);

describe('domains', () => {
  test('need not be', () => {
    expect(found({})).toStrictEqual([]);
  });

  test('are two, or one that is both, or the issuer’s alone', () => {
    expect(found(OWN)).toStrictEqual([]);
    const { domain, certificate: own, origin, issuerDomain, issuerCertificate, issuer } = OWN;
    expect(found({ domain, certificate: own, origin })).toStrictEqual([]);
    expect(found({ issuerDomain, issuerCertificate, issuer })).toStrictEqual([]);
    expect(found({ ...OWN, hostedZone: 'Z0123456789ABCDEFGHIJ' })).toStrictEqual([]);
  });

  test.each<[string, Partial<StageSettings>, string[]]>([
    ['without a certificate', { certificate: undefined }, ['stops certificate']],
    ['without the issuer’s', { issuerCertificate: undefined }, ['stops issuerCertificate']],
    ['a certificate for nothing', { issuerDomain: undefined, issuer: undefined }, ['stops issuerCertificate']],
    ['a certificate of another region', { certificate: certificate('us-east-1') }, ['stops certificate']],
    ['an origin that is another', { origin: 'https://elsewhere.example.com' }, ['stops origin']],
    ['an issuer that is another', { issuer: 'https://hatcheck.example.com' }, ['stops issuer']],
    ['one twice', { issuerDomain: OWN.domain, issuer: OWN.origin }, ['stops issuerDomain']],
    ['recorded beside the edge', { hostedZone: 'Z1', edge: EDGE }, ['stops hostedZone']],
  ])('stop it: %s', (_what, wrong, findings) => {
    expect(found({ ...OWN, ...wrong })).toEqual(findings);
  });

  test('a zone without a domain has nothing to record', () => {
    expect(found({ hostedZone: 'Z1' })).toEqual(['stops hostedZone']);
  });
});

describe('an edge', () => {
  test('stands in front of domains, wherever the stage is', () => {
    expect(found({ ...OWN, edge: EDGE })).toStrictEqual([]);
    expect(found({ edge: EDGE })).toEqual(['stops edge']);
  });

  test.each(['certificate', 'clientCertificate'])('has a %s where CloudFront looks for it', (name) => {
    expect(found({ ...OWN, edge: { ...EDGE, [name]: certificate('eu-west-1') } })).toEqual(['stops edge']);
  });

  test('tells topics of its own region', () => {
    const alarmActions = ['arn:aws:sns:eu-west-1:777788889999:on-call'];
    expect(found({ ...OWN, edge: { ...EDGE, alarmActions } })).toEqual(['stops edge']);
  });

  test.each([
    ['us-gov-west-1', 'GovCloud'],
    ['cn-north-1', 'China'],
  ])('is refused in %s, which is said in words', (region, word) => {
    const here = { certificate: certificate(region), issuerCertificate: certificate(region) };
    expect(found({ ...OWN, ...here }, region)).toStrictEqual([]);
    const findings = checkDomains({ stage: 'prod', region, settings: { ...OWN, ...here, edge: EDGE } });
    expect(findings).toHaveLength(1);
    expect(findingLines(findings).join('\n')).toContain(word);
  });
});
