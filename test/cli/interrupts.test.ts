import { spawnSync } from 'node:child_process';
import { describe, expect, test } from '@jest/globals';

/** In a process of its own: Jest's `process` hears no signals. */
const told = (script: string): string => {
  const module = `
    import { handSignalsTo, heedSignals } from './cli/interrupts.ts';
    const say = (who) => (signal) => { console.log(who, signal); process.exit(0); };
    heedSignals(false);
    ${script}
    setTimeout(() => console.log('nobody'), 5000);
  `;
  const { stdout, stderr } = spawnSync(process.execPath, ['--input-type=module', '-e', module], { encoding: 'utf8' });
  return `${stdout}${stderr}`.trim();
};

describe('a signal that came and was not told yet', () => {
  test.each(['SIGTERM', 'SIGINT', 'SIGHUP', 'SIGQUIT'])('is told to whom signals are handed: %s', (signal) => {
    expect(told(`process.kill(process.pid, '${signal}'); handSignalsTo(say('other'));`)).toBe(`other ${signal}`);
  });

  test('ends the command once they are taken back', () => {
    const takenBack = `const back = handSignalsTo(say('other')); process.kill(process.pid, 'SIGTERM'); back();`;
    expect(told(takenBack)).toMatch(/^hatcheck: interrupted/);
  });
});
