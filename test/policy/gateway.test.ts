import { beforeAll } from '@jest/globals';
import { arnOf, one } from './broken.ts';
import * as laws from './gateway-laws.ts';
import { type TemplateLaws, testTemplateLaws } from './hold.ts';
import { packaged, property } from './template.ts';

let template: unknown;
beforeAll(async () => {
  ({ template } = await packaged());
});

const stage = (...path: readonly string[]) => property('HttpApiStage', ...path);

const LAWS: TemplateLaws = {
  'every route lets so many calls through and no more': [
    laws.everyRouteIsThrottled,
    [
      one('sign-ins as anything', stage('RouteSettings', 'GET /login'), undefined, 'GET /login: 100 a second'),
      one(
        'no more than others for whoever has a grant',
        stage('RouteSettings', 'POST /v1/requests/{id}/credentials'),
        undefined,
        'POST /v1/requests/{id}/credentials: 100 a second',
      ),
      one(
        'the account’s quota at one instant',
        stage('RouteSettings', 'POST /oauth/token', 'ThrottlingBurstLimit'),
        5000,
        'POST /oauth/token: 50 a second, 5000 at once',
      ),
      one(
        'everything',
        stage('DefaultRouteSettings', 'ThrottlingRateLimit'),
        10_000,
        'POST /v1/holds: 10000 a second, 200 at once',
      ),
    ],
  ],
  'settings are of routes that are there before': [
    laws.settingsAreOfRoutesThatAreThere,
    [
      one(
        'a route that is gone',
        ['Resources', 'HttpApiRoutePostSamlAcs'],
        undefined,
        'the stage does not wait for POST /saml/acs',
      ),
      one(
        'made at the same time',
        ['Resources', 'HttpApiStage', 'DependsOn', 0],
        undefined,
        'the stage does not wait for GET /login',
      ),
    ],
  ],
  'of a call nothing is written but what is on the list': [
    laws.callsAreWrittenWithoutSecrets,
    [
      ...[
        '$context.path',
        '$context.authorizer.claims.sub',
        '$context.identity.userAgent',
        '$request.querystring.code',
      ].flatMap((name) => [
        one(name, stage('AccessLogSettings', 'Format'), `{"x":"${name}"}`, `${name} is written`),
        one(`${name}, as a key`, stage('AccessLogSettings', 'Format'), `{"${name}":"x"}`, `${name} is written`),
      ]),
      one(
        'beside what may be',
        stage('AccessLogSettings', 'Format'),
        '{"x":"$context.status $context.path"}',
        '$context.path is written',
      ),
      one('no JSON', stage('AccessLogSettings', 'Format'), '$context.requestId $context.status', 'no line of JSON'),
      one('elsewhere', stage('AccessLogSettings', 'DestinationArn'), arnOf('TokenLogGroup'), 'to another log'),
      one('nowhere', stage('AccessLogSettings', 'DestinationArn'), undefined, 'to another log'),
    ],
  ],
};

testTemplateLaws(LAWS, () => template);
