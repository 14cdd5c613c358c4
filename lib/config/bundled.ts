import type { CompiledAccess } from './access.ts';
import { type Config, loadConfig } from './environment.ts';
import { type FetchSecret, type ResolveSecret, secretResolver } from './secret-reference.ts';

/** access.yml, checked and put here when the function was packaged. */
declare const __ACCESS_POLICY__: CompiledAccess;

/** The function's configuration. @throws ConfigError with every fault, so that a wrong deployment fails at its first start. */
const configFromBundle = (): Config => loadConfig(process.env, __ACCESS_POLICY__);

/** The function's secrets, by reference: on a laptop from the environment, else from where `fetchSecret` looks. */
export const resolveSecrets = (fetchSecret: FetchSecret): ResolveSecret =>
  secretResolver({ env: process.env, fetchSecret });

/**
 * Wires a function's handler once, when Lambda loads the bundle. Imported anywhere else there is no access policy, and what it
 * returns throws a TypeError when called: tests hand `create` a configuration of their own.
 */
export const onLambda = <A extends unknown[], R>(create: (config: Config) => (...event: A) => R) => {
  if (typeof __ACCESS_POLICY__ !== 'undefined') return create(configFromBundle());
  return (..._event: A): R => {
    throw new TypeError('this handler runs only in its bundle; call create(config) instead');
  };
};
