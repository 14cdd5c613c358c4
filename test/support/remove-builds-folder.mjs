import { rm } from 'node:fs/promises';

export default () => rm(process.env.HATCHECK_TEST_BUILDS, { recursive: true, force: true });
