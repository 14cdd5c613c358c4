import { fileURLToPath } from 'node:url';
import { laptopAccess } from '../../local/laptop-access.ts';

/** The laptop's access policy, given the identity providers. */
export const laptopPolicy = laptopAccess(fileURLToPath(new URL('../../local/access.yml', import.meta.url)));

/** Where the identity providers usually are, for tests that start none. */
export const usualProviders = { issuer: 'http://127.0.0.1:3001', samlEntityId: 'http://127.0.0.1:3004/metadata' };
