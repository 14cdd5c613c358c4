import { fileURLToPath } from 'node:url';
import { afterEach, describe, expect, test } from '@jest/globals';
import { startFunctions } from '../../../local/gateway/functions.ts';
import type { Functions, LocalFunction } from '../../../local/gateway/functions.ts';
import { startGateway } from '../../../local/gateway/server.ts';

const fixture: LocalFunction = {
  functionName: 'hatcheck-dev-fixture',
  arn: 'arn:aws:lambda:eu-west-1:111122223333:function:hatcheck-dev-fixture',
  handler: 'dist/fixture.handler',
  bundlePath: fileURLToPath(new URL('./fixture-functions.mjs', import.meta.url)),
  timeoutSeconds: 20,
  memoryMb: 256,
};

let functions: Functions | undefined;
let lines: string[] = [];

afterEach(async () => {
  await functions?.close();
  lines = [];
});

const start = (over: Partial<LocalFunction> = {}): ((event: unknown) => Promise<unknown>) => {
  const started = startFunctions({
    functions: { fixture: { ...fixture, ...over } },
    environmentFor: () => ({ LEDGER_TABLE: 'ledger', AWS_ACCESS_KEY_ID: 'ASIAEXAMPLE' }),
    region: 'eu-west-1',
    log: (id, line) => lines.push(`${id}: ${line}`),
  });
  functions = started;
  return (event) => started.invoke('fixture', event);
};

const outcome = async (call: Promise<unknown>): Promise<string> =>
  call.then(
    () => 'answered',
    (error: unknown) => (error instanceof Error ? error.name : 'no error'),
  );

describe('a function in its worker', () => {
  test('sees its own environment and what Lambda sets, and nothing of this process', async () => {
    process.env['CANARY_OF_THE_PARENT'] = 'x';
    const environment = await start()({ behave: 'environment' });
    delete process.env['CANARY_OF_THE_PARENT'];
    expect(environment).toEqual({
      LEDGER_TABLE: 'ledger',
      AWS_ACCESS_KEY_ID: 'ASIAEXAMPLE',
      _HANDLER: 'dist/fixture.handler',
      AWS_DEFAULT_REGION: 'eu-west-1',
      AWS_EXECUTION_ENV: 'AWS_Lambda_nodejs24.x',
      AWS_LAMBDA_FUNCTION_MEMORY_SIZE: '256',
      AWS_LAMBDA_FUNCTION_NAME: 'hatcheck-dev-fixture',
      AWS_LAMBDA_FUNCTION_VERSION: '$LATEST',
      AWS_LAMBDA_INITIALIZATION_TYPE: 'on-demand',
      AWS_LAMBDA_LOG_GROUP_NAME: '/aws/lambda/hatcheck-dev-fixture',
      AWS_LAMBDA_LOG_STREAM_NAME: expect.stringContaining('$LATEST'),
      AWS_REGION: 'eu-west-1',
      LANG: 'en_US.UTF-8',
      TZ: ':UTC',
    });
  });

  test('gets a context with its time left', async () => {
    const context = await start()({ behave: 'context' });
    expect(context).toMatchObject({
      functionName: 'hatcheck-dev-fixture',
      invokedFunctionArn: fixture.arn,
      memoryLimitInMB: '256',
      awsRequestId: expect.stringMatching(/^[0-9a-f-]{36}$/),
      remaining: expect.any(Number),
    });
    const { remaining } = context as { remaining: number };
    expect(remaining).toBeGreaterThan(0);
    expect(remaining).toBeLessThanOrEqual(20_000);
  });

  test('keeps its state from one call to the next', async () => {
    const invoke = start();
    expect([await invoke({ behave: 'count' }), await invoke({ behave: 'count' })]).toEqual([1, 2]);
  });

  test('serves many calls at once', async () => {
    const invoke = start();
    const all = await Promise.all(Array.from({ length: 50 }, () => invoke({ behave: 'meet', of: 50 })));
    expect(all).toHaveLength(50);
  });

  test('returning nothing is null, as JSON has it', async () => {
    expect(await start()({ behave: 'nothing' })).toBeNull();
  });

  test('its error keeps its type, and the next call is served', async () => {
    const invoke = start();
    expect(await outcome(invoke({ behave: 'fails' }))).toBe('RangeError');
    expect(await invoke({ behave: 'count' })).toBe(1);
  });

  test('its output reaches the log, line by line', async () => {
    const invoke = start();
    await invoke({ behave: 'logs' });
    await functions?.close();
    expect([...lines].sort()).toEqual(['fixture: lines', 'fixture: two', 'fixture: {"message":"hello"}']);
  });

  test.each(['exits', 'throwsLater'])(
    'a crash (%s) rejects its calls, and a fresh worker serves the next',
    async (behave) => {
      const invoke = start();
      await invoke({ behave: 'count' });
      const hanging = invoke({ behave: 'hangs' });
      const both = Promise.all([outcome(hanging), outcome(invoke({ behave }))]);
      expect(await both).toEqual(['Runtime.ExitError', 'Runtime.ExitError']);
      expect(await invoke({ behave: 'count' })).toBe(1);
    },
  );

  test.each(['hangs', 'spins'])('a call that %s is timed out, and a fresh worker serves the next', async (behave) => {
    // Long enough for a worker to start on a slow machine.
    const invoke = start({ timeoutSeconds: 3 });
    expect(await outcome(invoke({ behave }))).toBe('Sandbox.Timedout');
    expect(await invoke({ behave: 'count' })).toBe(1);
  });

  test('a bundle that cannot be loaded rejects the call and says why in the log', async () => {
    const invoke = start({ handler: 'dist/fixture.absent' });
    expect(await outcome(invoke({}))).toBe('Runtime.ExitError');
    expect(lines.join()).toContain('absent');
  });

  test('closing rejects what is under way', async () => {
    const call = outcome(start()({ behave: 'hangs' }));
    await functions?.close();
    expect(await call).toBe('Runtime.ExitError');
  });

  test('an id that is no function is refused', async () => {
    start();
    await expect(functions?.invoke('__proto__', {})).rejects.toMatchObject({ name: 'ResourceNotFoundException' });
  });

  test('stands behind the gateway', async () => {
    const invoke = start();
    const gateway = await startGateway({
      port: 0,
      routes: [{ routeKey: '$default', functionId: 'fixture' }],
      invoke: (_id, event) => invoke(event),
    });
    try {
      const response = await fetch(gateway.origin);
      expect([response.status, await response.text()]).toEqual([200, 'from a bundle']);
    } finally {
      await gateway.close();
    }
  });
});
