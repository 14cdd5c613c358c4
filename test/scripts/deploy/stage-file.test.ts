import { readFileSync } from 'node:fs';
import { afterEach, describe, expect, test } from '@jest/globals';
import { parse } from 'yaml';
import { readStageFile, stageParameters } from '../../../scripts/deploy/stage-file.ts';
import { type Scene, sceneOf } from './scene.ts';

const scenes: Scene[] = [];
afterEach(() => {
  for (const scene of scenes.splice(0)) scene.close();
});

const read = (text: string) => {
  const scene = sceneOf(undefined, { prod: text });
  scenes.push(scene);
  return readStageFile(scene.folder, 'prod');
};

const serverlessYml = readFileSync('serverless.yml', 'utf8');

describe('a stage’s file', () => {
  test('need not be there', () => {
    const scene = sceneOf(undefined);
    scenes.push(scene);
    expect(readStageFile(scene.folder, 'prod')).toEqual({ settings: {}, findings: [] });
  });

  test('says what a stage sets otherwise', () => {
    expect(read("region: eu-north-1\naccount: '777788889999'\n")).toMatchObject({
      settings: { region: 'eu-north-1', account: '777788889999' },
      findings: [],
    });
  });

  test.each([
    ['a word that is not known', 'orgin: https://hatcheck.example.com'],
    ['http', 'origin: http://hatcheck.example.com'],
    ['http on a loopback address, where nobody reaches a function', 'origin: http://127.0.0.1:3000'],
    ['a path', 'issuer: https://example.com/hatcheck'],
    ['a port', 'issuer: https://example.com:8443'],
    ['an account without quotes', 'account: 777788889999'],
    ['a region that is none', 'region: Ireland'],
    ['a key that is none', 'tokenKey: C'],
    ['a topic that is none', 'alarmActions: [on-call@example.com]'],
    ['a pepper, and not the name of one', 'pepper: hunter2'],
    ['a domain with a scheme', 'domain: https://hatcheck.example.com'],
    ['a domain in capital letters', 'issuerDomain: Issuer.example.com'],
    ['a certificate that is no ARN', 'certificate: hatcheck.example.com'],
    ['a zone by its name', 'hostedZone: example.com'],
    ['an edge that says nothing', 'edge: {}'],
    ['what is no YAML', 'a: [b'],
  ])('is refused with %s', (_, text) => {
    const { settings, findings } = read(`${text}\n`);
    expect([...new Set(findings.map(({ weight, about }) => `${weight} ${about}`))]).toEqual(['stops stage']);
    expect(findings[0]?.what).toMatch(/^stages\/prod\.yml:\d+:/);
    expect(settings).toEqual({});
  });

  test('has its addresses by its domains', () => {
    const domains = 'domain: hatcheck.example.com\nissuerDomain: issuer.example.com\n';
    expect(read(domains).settings).toMatchObject({
      ...{ origin: 'https://hatcheck.example.com', issuer: 'https://issuer.example.com' },
    });
    expect(read(`${domains}origin: https://other.example.com\n`).settings.origin).toBe('https://other.example.com');
  });

  test('has all its faults found at once', () => {
    expect(read('tokenKey: C\nsamlKey: D\n').findings).toHaveLength(2);
  });
});

describe('serverless.yml', () => {
  test('takes each of its parameters from the stage’s file where there is one', () => {
    const parameters = parse(serverlessYml, { logLevel: 'silent' }) as { params: { default: Record<string, unknown> } };
    const own = Object.entries(parameters.params.default);
    expect(own.length).toBeGreaterThan(5);
    for (const [name, value] of own)
      expect(value).toMatch(new RegExp(`^\\$\\{file\\(stages/\\$\\{sls:stage\\}\\.yml\\):${name}, .+\\}$`));
  });

  test('the example shows every parameter, and is in order', () => {
    const example = readFileSync('stages/example.yml', 'utf8');
    const shown = Object.keys(parse(example) as object);
    expect(shown).toEqual(expect.arrayContaining(['account', 'region', ...stageParameters(serverlessYml)]));
    expect(read(example).findings).toStrictEqual([]);
  });
});
