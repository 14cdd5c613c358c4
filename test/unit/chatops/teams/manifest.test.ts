import { readFileSync } from 'node:fs';
import { expect, test } from '@jest/globals';
import * as z from 'zod';
import { readActivity } from '../../../../lib/chatops/teams/activity.ts';
import { SERVICE_URL, messageActivity, teamsSettings } from '../../../support/teams.ts';

const read = (file: string): Buffer => readFileSync(new URL(`../../../../docs/chat/${file}`, import.meta.url));
const page = z.url({ protocol: /^https$/ });

/** https://learn.microsoft.com/microsoftteams/platform/resources/schema/manifest-schema, as far as we use it, and nothing more. */
const manifestSchema = z.strictObject({
  $schema: page,
  manifestVersion: z.literal('1.16'),
  version: z.string().regex(/^\d+\.\d+\.\d+$/),
  id: z.uuid(),
  developer: z.strictObject({
    ...{ name: z.string().max(32), websiteUrl: page, privacyUrl: page, termsOfUseUrl: page },
  }),
  name: z.strictObject({ short: z.string().max(30), full: z.string().max(100) }),
  description: z.strictObject({ short: z.string().max(80), full: z.string().max(4000) }),
  icons: z.strictObject({ color: z.string(), outline: z.string() }),
  accentColor: z.string().regex(/^#[0-9A-F]{6}$/),
  bots: z.tuple([
    z.strictObject({
      botId: z.uuid(),
      scopes: z.array(z.enum(['team', 'personal'])),
      supportsFiles: z.literal(false),
      isNotificationOnly: z.literal(false),
      commandLists: z.tuple([
        z.strictObject({
          scopes: z.array(z.enum(['team', 'personal'])),
          commands: z.array(z.strictObject({ title: z.string().max(32), description: z.string().max(128) })).max(10),
        }),
      ]),
    }),
  ]),
  permissions: z.array(z.enum(['identity', 'messageTeamMembers'])),
  validDomains: z.array(z.string()),
});

const manifest = manifestSchema.parse(JSON.parse(read('teams-manifest.json').toString()));

/** PNG (RFC 2083), IHDR. */
const sizeOf = (png: Buffer): readonly number[] => [png.readUInt32BE(16), png.readUInt32BE(20)];

test('the app is one bot, and nothing else of Teams', () => {
  expect(manifest.bots[0].botId).toBe(manifest.id);
});

test('its icons are as Teams wants them', () => {
  expect(sizeOf(read(manifest.icons.color))).toEqual([192, 192]);
  expect(sizeOf(read(manifest.icons.outline))).toEqual([32, 32]);
});

test('what it offers to say is understood', () => {
  const said = manifest.bots[0].commandLists[0].commands.map(({ title }) => {
    const activity = JSON.stringify(messageActivity({ text: title }));
    const act = readActivity(activity, { serviceUrl: SERVICE_URL }, teamsSettings);
    return typeof act === 'object' && 'act' in act ? act.act.saying.type : act;
  });
  expect(said).toEqual(['form', 'list', 'home', 'link']);
});
