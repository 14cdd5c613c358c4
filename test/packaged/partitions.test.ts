import { beforeAll, describe, expect, test } from '@jest/globals';
import type { LocalStack } from '../../local/template.ts';
import { arnOf } from '../policy/broken.ts';
import * as laws from '../policy/laws.ts';
import { shown, written } from '../policy/page.ts';
import { namesNoPlaceByHand } from '../policy/partition-laws.ts';
import { IRELAND, PLACES, type Place } from '../policy/places.ts';
import * as ofResources from '../policy/resource-laws.ts';
import { ADMINISTRATOR, simulation } from '../policy/simulate.ts';
import { type Compiled, changed, packaged, property, resolved, statement } from '../policy/template.ts';
import { type Answer, everyAnswer, everyOutcome } from './every-answer.ts';

interface Packaged extends Compiled {
  readonly stack: LocalStack;
}

const compiled = new Map<Place, Packaged>();

const at = (place: Place): Packaged => {
  const found = compiled.get(place);
  if (!found) throw new Error(`nothing was packaged for ${place.region}`);
  return found;
};

beforeAll(async () => {
  for (const place of PLACES) {
    const one = await packaged(place);
    compiled.set(place, { ...one, stack: resolved(one.template, place) });
  }
}, 240_000);

/** SES has no endpoint in China. */
const mailsIn = ({ partition }: Place): boolean => partition !== 'aws-cn';

describe.each(PLACES)('what is packaged for $partition', (place) => {
  test.each(Object.entries(laws))('keeps the law %s', (_name, law) => {
    expect(law(at(place).stack, at(place).access)).toStrictEqual([]);
  });

  test.each(Object.entries(ofResources))('keeps the law %s', (_name, law) => {
    expect(law(at(place).template)).toStrictEqual([]);
  });

  test('allows what the page of the roles says, but for mail where there is none', () => {
    const page = written().filter((line) => mailsIn(place) || !line.includes('ses:'));
    expect(shown(at(place).template, place).toSorted()).toEqual(page.toSorted());
    expect(page.some((line) => line.includes('ses:SendEmail'))).toBe(mailsIn(place));
  });

  test('lends roles of its own partition, and of no other', () => {
    const { may } = simulation(at(place).stack);
    const allowed = PLACES.filter(({ partition }) => {
      const arn = `arn:${partition}:iam::111122223333:role/hatcheck/Admin`;
      return may('credentials', 'sts:AssumeRole', { arn }) === 'allowed';
    });
    expect(allowed).toEqual([place]);
  });

  test('has a ledger that an administrator does not alter', () => {
    const { may } = simulation(at(place).stack);
    expect(may(ADMINISTRATOR, 'dynamodb:UpdateItem', { table: 'ledger', key: 'request#r_A' })).toBe('denied');
  });

  test('leaves it to CloudFormation to say where it is', () => {
    expect(namesNoPlaceByHand(at(place).template, place)).toStrictEqual([]);
  });

  describe('unpacked alone, with nobody to talk to', () => {
    let answers: readonly Answer[];
    let asked: readonly string[];
    beforeAll(async () => {
      ({ answers, asked } = await everyAnswer({ ...at(place), place }));
    }, 240_000);

    const answerOf = (routeKey: string, signedIn: boolean) =>
      answers.find((answer) => answer.routeKey === routeKey && answer.signedIn === signedIn);

    test('answers on every route, and says in a code what it refuses', () => {
      expect(answers).toHaveLength(2 * at(place).stack.routes.length);
      const crashed = answers.filter(({ status }) => status === undefined);
      expect(crashed).toStrictEqual([]);
      expect(answers.filter(({ status = 0, code }) => status >= 400 && code === undefined)).toStrictEqual([]);
    });

    test('is well, and gives nothing out', () => {
      expect(answerOf('GET /healthz', false)).toMatchObject({ functionId: 'portal', status: 200 });
      expect(answerOf('POST /v1/requests/{id}/credentials', false)).toMatchObject({
        status: 401,
        code: 'not_signed_in',
      });
      expect(answerOf('POST /v1/requests/{id}/credentials', true)).toMatchObject({ status: 503 });
      expect(answerOf('GET /v1/me', true)).toMatchObject({ functionId: 'signin', status: 503 });
    });

    test('asks AWS where it is, and nowhere else', () => {
      const suffix = `.${place.region}.amazonaws.com${place.partition === 'aws-cn' ? '.cn' : ''}`;
      expect(asked).toContain(`dynamodb${suffix}`);
      expect(asked.filter((host) => !host.endsWith(suffix))).toStrictEqual([]);
    });
  });
});

test('what is packaged differs in the roles that are lent, and in nothing else', () => {
  const [first, ...others] = PLACES.map((place) => comparable(at(place).template));
  expect(others).toEqual([first, first]);
});

/** Without the time of packaging, the roles, and the version of the access policy that names them. */
const comparable = (template: unknown): unknown => {
  const timeless: unknown = JSON.parse(JSON.stringify(template).replaceAll(/serverless\/hatcheck\/dev\/[^/"]+\//g, ''));
  const roles = changed(timeless, statement('CredentialsRole', 'Sid=OpenRoleSessions', 'Resource'), 'roles');
  return changed(roles, property('ActivePolicy', 'PolicyVersion'), 'version');
};

test('what no route leads to takes a batch of nothing, or refuses what it does not know', async () => {
  const outcomes = await everyOutcome({ ...at(IRELAND), place: IRELAND });
  const batches = new Set(at(IRELAND).stack.eventSources.map(({ functionId }) => functionId));
  for (const [functionId, outcome] of Object.entries(outcomes))
    expect([functionId, outcome]).toEqual([
      functionId,
      batches.has(functionId) ? { result: { batchItemFailures: [] } } : { error: expect.any(String) },
    ]);
  expect(Object.keys(outcomes)).toContain('on-deploy');
}, 240_000);

describe('it would be found that', () => {
  test.each([
    ['a role is named by hand', statement('PortalRole', '+'), { Resource: 'arn:aws:s3:::portal' }],
    [
      'a role of another partition is lent',
      statement('CredentialsRole', 'Sid=OpenRoleSessions', 'Resource'),
      ['arn:aws-cn:iam::111122223333:role/hatcheck/*'],
    ],
    ['a region is', property('PortalLambdaFunction', 'Environment', 'Variables', 'WHERE'), 'eu-west-1'],
    [
      'a host is',
      property('PortalLambdaFunction', 'Environment', 'Variables', 'HOST'),
      { 'Fn::Sub': 'sqs.${AWS::Region}.amazonaws.com' },
    ],
    [
      'a principal is another',
      property('PortalRole', 'AssumeRolePolicyDocument', 'Statement', 0, 'Principal'),
      { Service: 'ec2.amazonaws.com' },
    ],
  ])('%s', (_what, path, value) => {
    expect(namesNoPlaceByHand(changed(at(IRELAND).template, path, value), IRELAND)).toHaveLength(1);
  });

  test('a resource is of one partition only', () => {
    const { template } = at(IRELAND);
    const other = changed(template, property('OnNoticeMails', 'RoleName'), arnOf('PortalRole'));
    expect(comparable(other)).not.toEqual(comparable(template));
  });
});
