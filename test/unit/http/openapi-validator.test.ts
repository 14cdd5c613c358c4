import { describe, expect, test } from '@jest/globals';
import { Validator } from '@seriousme/openapi-schema-validator';
import * as z from 'zod';
import { openApiDocument } from '../../../lib/http/openapi.ts';
import { type Path, changed } from '../../policy/template.ts';

const document: unknown = JSON.parse(JSON.stringify(openApiDocument()));

const validate = async (value: unknown) => {
  const validator = new Validator();
  return { ...(await validator.validate(z.record(z.string(), z.unknown()).parse(value))), version: validator.version };
};

const JSON_SCHEMA_TYPES = ['null', 'boolean', 'object', 'array', 'number', 'string', 'integer'];

/** What the validator leaves aside: JSON Schema inside OpenAPI, and the names of security schemes. */
const leftAside = (value: unknown): readonly string[] => {
  const schemes = Object.keys(
    z.object({ components: z.object({ securitySchemes: z.record(z.string(), z.unknown()) }) }).parse(value).components
      .securitySchemes,
  );
  return members(value).flatMap(([name, member]) => {
    if (name === 'type' && typeof member === 'string')
      return [...JSON_SCHEMA_TYPES, 'apiKey', 'http'].includes(member) ? [] : [`type ${member}`];
    if (name !== 'security' || !Array.isArray(member)) return [];
    return z
      .array(z.record(z.string(), z.unknown()))
      .parse(member)
      .flatMap((each) => Object.keys(each).filter((scheme) => !schemes.includes(scheme)));
  });
};

const members = (value: unknown): readonly (readonly [string, unknown])[] =>
  typeof value !== 'object' || value === null
    ? []
    : Object.entries(value).flatMap(([name, member]: [string, unknown]) => [[name, member], ...members(member)]);

describe('somebody else’s validator', () => {
  test('takes the document, as of version 3.1', async () => {
    expect(await validate(document)).toEqual({ valid: true, version: '3.1' });
    expect(leftAside(document)).toStrictEqual([]);
  });

  test.each<readonly [string, Path, unknown]>([
    ['an answer without a description', ['paths', '/v1/me', 'get', 'responses', '200', 'description'], undefined],
    ['a parameter that is nowhere', ['paths', '/v1/requests/{id}', 'get', 'parameters', 0, 'in'], 'pth'],
    ['a member that is none', ['paths', '/v1/me', 'get', 'summry'], 'Who is signed in.'],
    [
      'a reference that leads nowhere',
      ['paths', '/v1/me', 'get', 'responses', '200', 'content'],
      { 'application/json': { schema: { $ref: '#/components/schemas/Nobody' } } },
    ],
  ])('would refuse %s', async (_what, path, value) => {
    expect((await validate(changed(document, path, value))).valid).toBe(false);
  });

  test.each<readonly [Path, unknown, string]>([
    [['components', 'schemas', 'Problem', 'type'], 'strnig', 'type strnig'],
    [['paths', '/v1/me', 'get', 'security'], [{ nobody: [] }], 'nobody'],
  ])('leaves %j to us', (path, value, found) => {
    expect(leftAside(changed(document, path, value))).toContain(found);
  });
});
