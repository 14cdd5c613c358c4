import { msOf } from '../domain/time.ts';
import type { BoundedFetch } from '../outbound/bounded-fetch.ts';
import { AssertionRefused, ProviderUnavailable } from './assertion-refused.ts';
import { type CachedDocument, cachedDocument } from './cached-document.ts';
import type { Clock, SamlEndpoint, SamlProvider } from './ports.ts';
import type { SamlIdp } from './saml/verify-response.ts';

/** What a provider's metadata says, as it was checked; `code` where it cannot be taken. */
export type ReadSamlMetadata = (
  xml: string,
) => (SamlEndpoint & { readonly entityId: string; readonly validUntil?: string }) | { readonly code: string };

/** SAML providers as their metadata describes them: pinned, or as published, cached for each apart. */
export interface SamlDocuments {
  /** @throws ProviderUnavailable */
  idp(provider: SamlProvider): Promise<SamlIdp>;
  /** As {@link idp}, and where it publishes it as of now or half a minute ago. @throws ProviderUnavailable */
  newestIdp(provider: SamlProvider): Promise<SamlIdp>;
}

/**
 * @param fetchBytes asks whoever the certificate of the connection names; nothing else vouches for metadata (docs/decisions)
 * @param onStale is told when metadata past its time is used because fresh one could not be had
 */
export const samlDocuments = (parts: {
  readonly fetchBytes: BoundedFetch;
  readonly readMetadata: ReadSamlMetadata;
  readonly clock: Clock;
  readonly onStale: (issuer: string, cause: unknown) => void;
}): SamlDocuments => {
  const documents = new Map<string, CachedDocument<Published>>();
  const documentOf = (issuer: string, metadataUrl: string): CachedDocument<Published> => {
    const document =
      documents.get(issuer) ??
      cachedDocument({
        fetch: () => published(parts, issuer, new URL(metadataUrl)),
        clock: parts.clock,
        onStale: (cause) => {
          parts.onStale(issuer, cause);
        },
      });
    documents.set(issuer, document);
    return document;
  };
  const idp = async (provider: SamlProvider, wanted: keyof CachedDocument<Published>): Promise<SamlIdp> => {
    const { issuer } = provider;
    if (!('metadataUrl' in provider))
      return { entityId: issuer, ssoUrl: provider.ssoUrl, certificates: provider.certificates };
    const document = documentOf(issuer, provider.metadataUrl);
    const known = await document[wanted]();
    const { validUntil, ...valid } = isOver(known, parts.clock) ? await document.newest() : known;
    if (isOver({ validUntil }, parts.clock))
      throw new ProviderUnavailable(`the metadata of ${issuer} is no longer valid`);
    return valid;
  };
  return { idp: (provider) => idp(provider, 'current'), newestIdp: (provider) => idp(provider, 'newest') };
};

interface Published extends SamlIdp {
  readonly validUntil: string | undefined;
}

/** SAML 2.0 metadata, 2.3.2, at each use: what is kept ends like what is fetched. What is no instant is not to come either. */
const isOver = ({ validUntil }: Pick<Published, 'validUntil'>, clock: Clock): boolean =>
  validUntil !== undefined && !(msOf(validUntil) > msOf(clock.now()));

const published = async (
  { fetchBytes, readMetadata, clock }: Parameters<typeof samlDocuments>[0],
  issuer: string,
  url: URL,
): Promise<Published> => {
  const away = (reason: string, cause?: unknown): ProviderUnavailable =>
    new ProviderUnavailable(`the metadata at ${url.origin}${url.pathname} ${reason}`, { cause });
  const { status, bytes } = await fetchBytes(url, { headers: { accept: 'application/samlmetadata+xml' } }).catch(
    (cause: unknown) => {
      throw away('cannot be had', cause);
    },
  );
  if (status !== 200) throw away(`is a status ${status}`);
  const metadata = readMetadata(Buffer.from(bytes).toString());
  if ('code' in metadata) throw away(`is not taken: ${metadata.code}`);
  const { entityId, ssoUrl, certificates, validUntil } = metadata;
  if (entityId !== issuer) throw away('is of another entity');
  // Before it takes the place of what is known.
  if (isOver({ validUntil }, clock)) throw away('is no longer valid');
  return { entityId, ssoUrl, certificates, validUntil };
};

/**
 * Verifies by what is known of the provider; where none of its known keys made the signature, once more by what it publishes now: it may
 * have begun to sign with a new key a moment ago.
 *
 * @throws what `verify` throws; ProviderUnavailable
 */
export const verifiedBy = async <T>(
  documents: SamlDocuments,
  provider: SamlProvider,
  verify: (idp: SamlIdp) => T,
): Promise<T> => {
  const known = await documents.idp(provider);
  try {
    return verify(known);
  } catch (error) {
    if (!(error instanceof AssertionRefused) || error.fault !== 'signature') throw error;
    const newest = await documents.newestIdp(provider).catch(() => known);
    if (newest.certificates.every((certificate) => known.certificates.includes(certificate))) throw error;
    return verify(newest);
  }
};
