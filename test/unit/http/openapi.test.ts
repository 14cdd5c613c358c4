import { describe, expect, test } from '@jest/globals';
import { answers } from '../../../lib/http/answers.ts';
import { contract } from '../../../lib/http/contract.ts';
import { openApiDocument } from '../../../lib/http/openapi.ts';
import { problems } from '../../../lib/http/problem.ts';
import type { RouteContract } from '../../../lib/http/route-contract.ts';

type Json = { [name: string]: Json } & Json[];
const document = JSON.parse(JSON.stringify(openApiDocument())) as Json;
const operations = Object.entries(document['paths']!).flatMap(([path, item]) =>
  Object.entries(item).map(([method, operation]) => ({ key: `${method.toUpperCase()} ${path}`, method, operation })),
);
const operation = (key: string): Json => operations.find((one) => one.key === key)!.operation;

const allOf = (value: unknown, name: string): unknown[] =>
  typeof value !== 'object' || value === null
    ? []
    : Object.entries(value).flatMap(([key, member]: [string, unknown]) => [
        ...(key === name ? [member] : []),
        ...allOf(member, name),
      ]);

describe('the OpenAPI document', () => {
  test('is OpenAPI 3.1 and has every route of the contract, and no other', () => {
    expect(document['openapi']).toBe('3.1.0');
    const keys = Object.keys(contract).filter((key) => key !== '$default');
    expect(operations.map(({ key }) => key).sort()).toEqual(keys.sort());
  });

  test('gives each operation an id of its own, a summary and answers', () => {
    const ids = operations.map(({ operation }) => operation['operationId']);
    expect(new Set(ids).size).toBe(ids.length);
    for (const { operation } of operations) {
      expect(operation).toMatchObject({ summary: expect.stringMatching(/\.$/), responses: expect.any(Object) });
      for (const answer of Object.values(operation['responses']!))
        expect(answer['description']).toEqual(expect.any(String));
    }
  });

  test('has every shape as a component, and no reference leads nowhere', () => {
    const schemas = Object.keys(document['components']!['schemas']!);
    expect(schemas.sort()).toEqual([...Object.keys(answers), 'Problem', 'OAuthError'].sort());
    const referred = allOf(document, '$ref').map((ref) => String(ref).replace('#/components/schemas/', ''));
    expect(schemas).toEqual(expect.arrayContaining(referred));
  });

  test('declares each path parameter, required', () => {
    for (const { key, operation } of operations.filter(({ key }) => key.includes('{')))
      expect([key, operation['parameters']]).toEqual([
        key,
        expect.arrayContaining([expect.objectContaining({ in: 'path', name: 'id', required: true })]),
      ]);
  });

  test('asks for a caller wherever a principal must be known', () => {
    expect(operation('GET /v1/me')['security']).toEqual([{ session: [] }, { token: [] }]);
    expect(operation('GET /healthz')['security']).toStrictEqual([]);
  });

  test('describes input as it is checked: unknown members refused, bounds told, instants as sent', () => {
    const submit = operation('POST /v1/requests');
    const schema = submit['requestBody']!['content']!['application/json']!['schema']!;
    expect(schema).toMatchObject({
      additionalProperties: false,
      required: ['justification', 'durationSeconds'],
      properties: {
        durationSeconds: { type: 'integer', minimum: 60, maximum: 43_200 },
        justification: { type: 'string', maxLength: 2000 },
        startAt: { type: 'string' },
      },
    });
    const names = (key: string) => operation(key)['parameters']!.map(({ name }) => name);
    expect(names('POST /v1/requests')).toEqual(['dryRun', 'Idempotency-Key', 'Hatcheck-CSRF']);
    expect(names('GET /v1/requests')).toEqual(['as', 'status', 'limit', 'cursor']);
  });

  test('names the codes of each refusal under their status', () => {
    const { responses } = operation('POST /v1/requests/{id}/credentials') as unknown as { responses: Json };
    expect(responses['403']).toMatchObject({ description: expect.stringContaining('not_approved') });
    expect(responses['401']).toMatchObject({ description: 'invalid_token, not_signed_in, session_expired' });
    expect(responses['503']).toMatchObject({ description: 'aws_unavailable, ledger_unavailable' });
    const known = Object.keys(problems);
    for (const { operation } of operations)
      for (const [status, { description }] of Object.entries(operation['responses']!).filter(([s]) => s >= '400'))
        for (const code of String(description).split(', ')) {
          expect(known).toContain(code);
          expect(String(problems[code as keyof typeof problems].status)).toBe(status);
        }
  });

  test('no route names a code twice', () => {
    const routes: Readonly<Record<string, RouteContract>> = contract;
    const twice = Object.entries(routes).flatMap(([key, { codes }]) =>
      codes.filter((code, index) => codes.indexOf(code) < index).map((code) => `${key} ${code}`),
    );
    expect(twice).toStrictEqual([]);
  });

  test('every code is some route’s', () => {
    const named = new Set(
      operations.flatMap(({ operation }) =>
        Object.values(operation['responses']!).flatMap(({ description }) => String(description).split(', ')),
      ),
    );
    expect(Object.keys(problems).filter((code) => !named.has(code))).toStrictEqual([]);
  });
});
