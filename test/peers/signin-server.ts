import { create } from '../../functions/signin.ts';
import { systemChance, systemClock } from '../../lib/broker/system.ts';
import { contract } from '../../lib/http/contract.ts';
import type { ApiHandler } from '../../lib/http/api.ts';
import type { IdentityProvider } from '../../lib/identity/ports.ts';
import { startGateway } from '../../local/gateway/server.ts';
import { setFunctionEnvironment, testConfig } from '../support/config.ts';
import { startDynamoDb } from '../support/dynamodb.ts';
import { recordingLogger } from '../support/logger.ts';
import { routeKeys } from '../support/route-keys.ts';

export interface SigninServer {
  readonly origin: string;
  /** Trusts these from now on. */
  trust(...identityProviders: readonly IdentityProvider[]): void;
  /** What the functions told the operator since the start. */
  readonly log: ReturnType<typeof recordingLogger>;
  close(): Promise<void>;
}

/** The function `signin` behind the laptop's gateway, on the embedded DynamoDB. */
export const startSigninServer = async (): Promise<SigninServer> => {
  setFunctionEnvironment();
  const database = await startDynamoDb();
  const log = recordingLogger();
  let signin: ApiHandler | undefined;
  const gateway = await startGateway({
    port: 0,
    routes: routeKeys
      .filter((key) => contract[key].function === 'signin')
      .map((routeKey) => ({ routeKey, functionId: 'signin' })),
    invoke: (_id, event) => signin?.(event) ?? Promise.reject(new TypeError('nobody is trusted yet')),
  });
  return {
    origin: gateway.origin,
    log,
    trust: (...identityProviders) => {
      const { tables, endpoint } = database;
      const config = testConfig({
        tables,
        endpoints: { dynamodb: endpoint },
        identityProviders,
        origin: gateway.origin,
      });
      signin = create(config, { clock: systemClock, chance: systemChance, logger: log.logger });
    },
    close: async () => {
      await gateway.close();
      await database.close();
    },
  };
};
