import type { CompiledAccess } from '../../lib/config/access.ts';
import { type SecretReference, ofStage, parseSecretReference } from '../../lib/config/secret-reference.ts';

export interface ReferencedSecret extends SecretReference {
  /** As a function of that stage resolves it. */
  readonly reference: string;
}

/** Every secret that an access policy names, each once, as it is for the stage. */
export const referencedSecrets = (access: CompiledAccess, stage: string): readonly ReferencedSecret[] =>
  [...new Set(written(access).map((text) => ofStage(text, stage)))].sort().flatMap((reference) => {
    const parsed = parseSecretReference(reference);
    return parsed ? [{ ...parsed, reference }] : [];
  });

const written = ({ identityProviders, outside, chat }: CompiledAccess): readonly string[] =>
  [
    ...identityProviders.map((provider) => {
      if (provider.type === 'oidc') return [provider.clientSecret];
      return provider.type === 'saml' ? [provider.signingKey, provider.decryptionKey] : [];
    }),
    outside.tickets.map(({ token }) => token),
    outside.onCall.map((source) => (source.type === 'rota' ? undefined : source.token)),
    chat?.slack?.signingSecrets ?? [],
    [chat?.slack?.botToken, chat?.teams?.appPassword],
  ]
    .flat()
    .filter((text) => text !== undefined);
