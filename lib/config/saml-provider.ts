import type { SamlProvider } from '../identity/ports.ts';
import type { AccessFault, Path } from './access-fault.ts';
import { samlProvider } from './access-schema.ts';
import { compileSamlProvider } from './compile-access.ts';
import { readSamlMetadata } from './saml-provider-metadata.ts';
import { checked } from './schema-fault.ts';
import { secureUrl } from './web-address.ts';
import type { YamlSource } from './yaml-source.ts';

interface Reading {
  readonly source: YamlSource;
  readonly faults: AccessFault[];
  /** The text of the file that access.yml names there; undefined, with a fault, when it cannot be taken. */
  readonly fileAt: (path: Path) => { readonly text: string } | undefined;
}

/** A provider of type `saml`: pinned by a file, or by its name and the address at which it publishes the rest. */
export const samlProviderAt = (reading: Reading, path: Path): SamlProvider | undefined => {
  const { source, faults } = reading;
  const text = checked(source, path, samlProvider, faults);
  const metadata = source.get([...path, 'metadata']);
  const isAddress = typeof metadata === 'string' && /^[a-z]+:\/\//i.test(metadata);
  const described = isAddress ? publishedAt(reading, path, metadata) : pinnedAt(reading, path);
  return text && described && compileSamlProvider(text, described);
};

const publishedAt = ({ source, faults }: Reading, path: Path, metadataUrl: string) => {
  const refuse = (key: string, code: string, message: string): void =>
    void faults.push(source.fault([...path, key], code, message));
  const isSafe = secureUrl(metadataUrl)?.hash === '';
  if (!isSafe)
    refuse(
      'metadata',
      'invalid_address',
      'must be a file, or an https URL (http on a loopback address) without fragment',
    );
  const entityId = source.get([...path, 'entityId']);
  if (entityId === undefined)
    refuse('entityId', 'required', 'is missing: an address says where the provider is, not who it is');
  return isSafe && typeof entityId === 'string' ? { entityId, metadataUrl } : undefined;
};

const pinnedAt = ({ source, faults, fileAt }: Reading, path: Path) => {
  const file = fileAt([...path, 'metadata']);
  const metadata = file && readSamlMetadata(file.text);
  const refuse = (key: string, code: string, message: string): void =>
    void faults.push(source.fault([...path, key], code, message));
  if (metadata && 'code' in metadata) refuse('metadata', metadata.code, metadata.message);
  if (!metadata || 'code' in metadata) return undefined;
  const { entityId, ssoUrl, certificates, wantsSignedRequests } = metadata;
  if ((source.get([...path, 'entityId']) ?? entityId) !== entityId)
    refuse('entityId', 'another_entity', 'is not the entityID of the metadata');
  if (wantsSignedRequests && source.get([...path, 'signingKey']) === undefined)
    refuse('signingKey', 'required', 'is missing: the provider wants signed requests');
  return { entityId, ssoUrl, certificates };
};
