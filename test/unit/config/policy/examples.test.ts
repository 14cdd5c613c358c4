import { readFileSync } from 'node:fs';
import { describe, expect, test } from '@jest/globals';
import * as z from 'zod';
import { approversFrom } from '../../../../lib/config/access-approvers.ts';
import { loadAccessFile } from '../../../../lib/config/access-file.ts';
import { groupsFrom } from '../../../../lib/config/access-groups.ts';
import { delegation, limits } from '../../../../lib/config/access-rules.ts';
import { chat } from '../../../../lib/config/chat-rules.ts';
import { account, entitlement, oidcProvider, outline, samlProvider } from '../../../../lib/config/access-schema.ts';
import type { CompiledAccess } from '../../../../lib/config/access.ts';
import { onCall, tickets } from '../../../../lib/config/outside-services.ts';
import { tryExpectations } from '../../../../lib/config/policy/expectations.ts';
import { lintAccessFile } from '../../../../lib/config/policy/lint.ts';
import { workloadProvider } from '../../../../lib/config/workload-provider.ts';
import { yamlSource } from '../../../../lib/config/yaml-source.ts';
import { laptopPolicy, usualProviders } from '../../../support/laptop.ts';

const unmet = (access: CompiledAccess, file: string): readonly string[] =>
  tryExpectations(access, readFileSync(file, 'utf8'), file)
    .filter(({ passed }) => !passed)
    .map(({ line, name, expected, got }) => `${line} ${name}: expected ${expected}, got ${got}`);

test('the laptop’s policy does what is expected of it', () => {
  expect(unmet(laptopPolicy(usualProviders), 'local/access.test.yml')).toStrictEqual([]);
});

/** Every path that a schema knows, `*` for the members of a map or a list. */
const pathsOf = (schema: z.core.$ZodType): readonly (readonly string[])[] => {
  if (schema instanceof z.ZodOptional || schema instanceof z.ZodDefault || schema instanceof z.ZodPrefault)
    return pathsOf(schema.unwrap());
  if (schema instanceof z.ZodPipe) return pathsOf(schema.in);
  if (schema instanceof z.ZodUnion) return schema.options.flatMap(pathsOf);
  if (schema instanceof z.ZodArray) return pathsOf(schema.element).map((path) => ['*', ...path]);
  if (!(schema instanceof z.core.$ZodObject)) return [];
  return Object.entries(schema._zod.def.shape).flatMap(([name, member]) => [
    [name],
    ...pathsOf(member).map((path) => [name, ...path]),
  ]);
};

const stands = (value: unknown, [step, ...rest]: readonly string[]): boolean => {
  if (step === undefined) return value !== undefined;
  if (typeof value !== 'object' || value === null) return false;
  const members = step === '*' ? Object.values(value) : [Object.getOwnPropertyDescriptor(value, step)?.value];
  return members.some((member) => stands(member, rest));
};

describe('access.example.yml', () => {
  const text = readFileSync('access.example.yml', 'utf8');

  test('is in order, and nothing in it is odd', () => {
    expect(lintAccessFile('access.example.yml')).toEqual({ faults: [], warnings: [] });
  });

  test('does what access.example.test.yml expects', () => {
    expect(unmet(loadAccessFile('access.example.yml').policy, 'access.example.test.yml')).toStrictEqual([]);
  });

  const groups = groupsFrom(['okta']);
  const below = {
    identityProviders: [oidcProvider, samlProvider, workloadProvider],
    accounts: [account],
    tickets: [tickets],
    onCall: [onCall(['okta'])],
    entitlements: [
      entitlement({ groups, approvers: approversFrom(groups, ['okta']), accountNames: [], ticketServices: [] }),
    ],
  };
  const paths = [
    ...pathsOf(outline),
    ...pathsOf(limits).map((path) => ['limits', ...path]),
    ...pathsOf(delegation(groups)).map((path) => ['delegation', ...path]),
    ...pathsOf(chat(groups)).map((path) => ['chat', ...path]),
    ...Object.entries(below).flatMap(([section, schemas]) =>
      schemas.flatMap(pathsOf).map((path) => [section, '*', ...path]),
    ),
  ].map((path) => path.join('.'));

  /** Shapes that are written elsewhere in full; `console` has nothing to be set yet. */
  const WRITTEN_ELSEWHERE = /^console$|\.(?:to|reviewers)\.people$|\.extension\.approval\./;
  /** What names a file or an app of one's own stands in a comment. */
  const COMMENTED = /^identityProviders\.|\.session\.policy$|^chat(?:\.|$)/;

  test.each([...new Set(paths)].filter((path) => !WRITTEN_ELSEWHERE.test(path)))('has %s', (path) => {
    const written = stands(yamlSource('access.example.yml', text).value, path.split('.'));
    const name = path.slice(path.lastIndexOf('.') + 1);
    expect(written || (COMMENTED.test(path) && new RegExp(`^ *# +(?:- )?${name}:(?: |$)`, 'm').test(text))).toBe(true);
  });

  test('names no member that docs/access.md is silent about', () => {
    const reference = readFileSync('docs/access.md', 'utf8');
    const names = new Set(paths.flatMap((path) => path.split('.')).filter((name) => name !== '*'));
    const isSaid = (name: string): boolean => new RegExp(`[\`.{ ,]${name}[\`:.,}]`).test(reference);
    expect([...names].filter((name) => !isSaid(name))).toStrictEqual([]);
  });

  test('has the names of every section of the schema, so that this test looks at something', () => {
    expect(paths).toEqual(
      expect.arrayContaining([
        'entitlements.*.approval.stages.*.from.people',
        'entitlements.*.breakGlass.reviewers.groups',
        'tickets.*.assignee',
        'delegation.maxDuration',
        'identityProviders.*.signingKey',
      ]),
    );
  });
});
