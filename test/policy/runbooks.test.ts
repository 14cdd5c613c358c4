import { readFileSync } from 'node:fs';
import { beforeAll, describe, expect, test } from '@jest/globals';
import * as z from 'zod';
import { anchorsIn } from '../support/markdown.ts';
import { packagedEdge } from './edge-template.ts';
import { packaged } from './template.ts';

const page = readFileSync('docs/operations.md', 'utf8');

/** By the alarm's name, which the heading has, alone or beside others: the address of its section, and what the section says. */
const runbooks = new Map(
  (page.split(/^## Alarms$/m)[1]?.split(/^## /m)[0] ?? '')
    .split(/^### /m)
    .slice(1)
    .flatMap((section) => {
      const [heading = '', ...lines] = section.split('\n');
      const [anchor = ''] = anchorsIn(`### ${heading}`);
      return heading.split(', ').map((name) => [name, { anchor, text: lines.join('\n') }] as const);
    }),
);

const alarmSchema = z.object({
  AlarmName: z.string(),
  AlarmDescription: z.string().max(1024),
  AlarmActions: z.unknown().optional(),
});

interface Alarm {
  readonly name: string;
  readonly description: string;
  readonly tells: boolean;
}

let alarms: readonly Alarm[];
beforeAll(async () => {
  const resources = z.object({
    Resources: z.record(z.string(), z.object({ Type: z.string(), Properties: z.unknown().optional() })),
  });
  alarms = [(await packaged()).template, await packagedEdge()]
    .flatMap((template) => Object.values(resources.parse(template).Resources))
    .filter(({ Type }) => /^AWS::CloudWatch::(?:Composite)?Alarm$/.test(Type))
    .map(({ Properties }) => alarmSchema.parse(Properties))
    .map(({ AlarmName, AlarmDescription: description, AlarmActions }) => ({
      ...{ name: AlarmName.replace('hatcheck-dev-', ''), description },
      tells: AlarmActions !== undefined,
    }));
});

describe('whoever is woken', () => {
  test('finds a section for each alarm that wakes them, and none for one that is gone', () => {
    const told = alarms.filter(({ tells }) => tells).map(({ name }) => name);
    expect(told.length).toBeGreaterThan(25);
    expect([...runbooks.keys()].toSorted()).toEqual(told.toSorted());
  });

  test('is led there by the alarm’s own description', () => {
    const leads = ({ name, description, tells }: Alarm): boolean => {
      const address = /^[A-Z0-9].*[.] docs\/operations\.md#([\w-]+)$/.exec(description)?.[1];
      // One window of two is told of by the alarm of both.
      const anchors = tells ? [runbooks.get(name)?.anchor] : [...runbooks.values()].map(({ anchor }) => anchor);
      return address !== undefined && anchors.includes(address);
    };
    expect(alarms.filter((alarm) => !leads(alarm))).toStrictEqual([]);
  });

  test.each([...runbooks])('of %s reads what it means, where to look first and what to do', (_name, { text }) => {
    expect([...text.matchAll(/^- \*\*(\w+)\*\* \S/gm)].map(([, part]) => part)).toEqual(['Means', 'Look', 'Do']);
  });
});
