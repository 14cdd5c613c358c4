import { memoryClock } from '../../support/memory.ts';
import { type OidcServer, startOidcServer } from '../../support/oidc-server.ts';
import { type MemoryIdentity, memoryIdentity } from './memory.ts';

export interface BesideProvider {
  readonly server: OidcServer;
  readonly identity: MemoryIdentity;
}

/** A provider, and whoever believes it and nobody else, both by one clock. */
export const startBesideProvider = async (): Promise<BesideProvider> => {
  const clock = memoryClock();
  const server = await startOidcServer(() => Date.parse(clock.now()));
  return { server, identity: memoryIdentity([server.provider], { clock }) };
};
