import { expect, test } from '@jest/globals';
test('the runner runs', () => { expect(1).toBe(1); });
