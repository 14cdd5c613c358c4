import { expect, jest, test } from '@jest/globals';
import { compile } from '../../local/compile.ts';
import { IRELAND } from './places.ts';
import { packaged } from './template.ts';

/** Whoever packages needs no AWS account, and what they happen to be signed in to has no say in what is deployed. */
test('packaging knows no AWS credentials, and the template is the same with and without', async () => {
  const without = await packaged(IRELAND, compile);
  const other = {
    AWS_ACCESS_KEY_ID: 'AKIAIOSFODNN7EXAMPLE',
    AWS_SECRET_ACCESS_KEY: 'no-such-secret-key',
    AWS_PROFILE: 'no-such-profile',
    AWS_REGION: 'us-gov-west-1',
  };
  const environment = jest.replaceProperty(process, 'env', { ...process.env, ...other });
  try {
    expect(timeless((await packaged(IRELAND, compile)).template)).toEqual(timeless(without.template));
  } finally {
    environment.restore();
  }
  for (const value of Object.values(other)) expect(JSON.stringify(without.template)).not.toContain(value);
});

/** The keys of the artifacts begin with the time of packaging. */
const timeless = (template: unknown): string =>
  JSON.stringify(template).replaceAll(/serverless\/hatcheck\/dev\/[^/"]+\//g, '');
