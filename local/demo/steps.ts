import * as z from 'zod';
import type { Browser, Reply } from '../browser.ts';
import type { Teller } from './teller.ts';

const requestSchema = z.looseObject({
  ...{ id: z.string(), status: z.string(), approvalsNeeded: z.number() },
  grant: z.looseObject({ endsAt: z.string() }).optional(),
  scope: z.looseObject({ words: z.array(z.string()) }).optional(),
  extension: z.looseObject({ status: z.string() }).optional(),
  review: z.looseObject({ verdict: z.string().optional() }).optional(),
});

export const signIn = async (
  browser: Browser,
  account: string,
  { origin }: { readonly origin: string },
  teller: Teller,
  provider = 'local-oidc',
): Promise<void> => {
  await browser.visit(`${origin}/login?provider=${provider}&loginHint=${encodeURIComponent(account)}`);
  const me = await browser.call('GET', '/v1/me');
  const { principal } = z.looseObject({ principal: z.looseObject({ email: z.string() }).optional() }).parse(me.json);
  teller.step(
    `${account} signs in`,
    principal ? `${me.status} ${principal.email}` : codeOf(me),
    principal?.email === account,
  );
};

export const refused = async (
  browser: Browser,
  id: string,
  code: string,
  what: string,
  teller: Teller,
): Promise<void> => {
  const reply = await browser.call('POST', `/v1/requests/${id}/credentials`);
  teller.step(
    `${what} are refused`,
    `${reply.status} ${codeOf(reply)}`,
    reply.status === 403 && codeOf(reply) === code,
  );
};

export const requestIn = ({ json }: Reply): z.infer<typeof requestSchema> | undefined =>
  requestSchema.safeParse(json['request']).data;

export const codeOf = ({ status, json }: Reply): string =>
  typeof json['code'] === 'string' ? json['code'] : String(status);
