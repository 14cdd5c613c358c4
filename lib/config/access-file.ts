import { readFileSync } from 'node:fs';
import { basename, dirname, isAbsolute, join, normalize, sep } from 'node:path';
import type { Account, DenyStatement, Entitlement } from '../domain/entitlement.ts';
import { ON_CALL } from '../domain/on-call.ts';
import type { IdentityProvider } from '../identity/ports.ts';
import type { CompiledAccess } from './access.ts';
import { type AccessFault, AccessFileError, type Path } from './access-fault.ts';
import { approversFrom } from './access-approvers.ts';
import { groupsFrom } from './access-groups.ts';
import { rulesOverAll } from './access-rules.ts';
import { chatRules, unheardNotify } from './chat-rules.ts';
import { account, entitlement, oidcProvider, outline } from './access-schema.ts';
import { compileEntitlement, compileOidcProvider } from './compile-access.ts';
import { outsideServices } from './outside-services.ts';
import { policyVersion } from './policy-version.ts';
import { awsProvider, compileAwsProvider, lentRoles } from './aws-provider.ts';
import { present } from './present.ts';
import { samlProviderAt } from './saml-provider.ts';
import { checked } from './schema-fault.ts';
import { sessionDenies } from './session-denies.ts';
import { compileWorkloadProvider, workloadProvider } from './workload-provider.ts';
import { type YamlSource, yamlSource } from './yaml-source.ts';

export interface AccessFileOptions {
  /** The folder of access.yml; the files that it names are below it. */
  readonly baseDir: string;
  /** @throws when there is no such file. */
  readonly readFile: (path: string) => string;
  /** What faults call the file; `access.yml` if absent. */
  readonly file?: string;
}

/** @throws AccessFileError as {@link parseAccess}; whatever the file system throws when the file cannot be read. */
export const loadAccessFile = (path: string): { readonly policy: CompiledAccess } => {
  const readFile = (file: string): string => readFileSync(file, 'utf8');
  return { policy: parseAccess(readFile(path), { baseDir: dirname(path), readFile, file: basename(path) }) };
};

/**
 * access.yml as plain JSON, every default filled in, every group qualified by its provider.
 * @throws AccessFileError with every fault at once: no rule that is written is left out, none that is not known is taken.
 */
export const parseAccess = (
  text: string,
  { baseDir, readFile, file = 'access.yml' }: AccessFileOptions,
): CompiledAccess => {
  const source = yamlSource(file, text);
  const faults: AccessFault[] = [...source.faults];
  if (source.value !== undefined) {
    const read = { source, faults, baseDir, readFile };
    checked(source, [], outline, faults);
    const identityProviders = providersOf(read);
    const onCall = namesAt(source, ['onCall']);
    const groups = groupsFrom([...new Set(providerIds(source))], onCall);
    const people = providersOfPeople(source);
    const approvers = approversFrom(groups, people);
    const issuers = new Map(identityProviders.map(({ id, issuer }) => [id, issuer]));
    const auditors = source.get(['auditors']) === undefined ? undefined : checked(source, ['auditors'], groups, faults);
    const ticketServices = namesAt(source, ['tickets']);
    const outside = outsideServices(source, faults, { tickets: ticketServices, onCall, people, issuers });
    const accountNames = namesAt(source, ['accounts']);
    const accounts = accountsOf(read);
    faults.push(...accountsTwice(source, [...accounts.values()]));
    const schema = entitlement({ groups, approvers, accountNames, ticketServices });
    const entitlements = entitlementsOf(read, { issuers, accounts, schema });
    faults.push(...lentToCallers(source, identityProviders, entitlements));
    const rules = rulesOverAll(source, { groups, approvers, issuers }, faults);
    const chat = chatRules(source, groups, faults);
    faults.push(...namesAt(source, ['entitlements']).flatMap((id) => unheardNotify(source, id)));
    if (faults.length === 0) {
      const access = {
        identityProviders,
        entitlements,
        accounts: [...accounts.values()],
        outside,
        auditors: auditors ?? { groups: [] },
        ...rules,
        ...present({ chat }),
      };
      return { version: policyVersion(access), ...access };
    }
  }
  throw new AccessFileError(faults.filter((fault) => !isMissingForAlias(fault, faults)));
};

interface Read extends Pick<AccessFileOptions, 'baseDir' | 'readFile'> {
  readonly source: YamlSource;
  readonly faults: AccessFault[];
}

/** What an alias stood for was not read; that it is missing then is no second fault. */
const isMissingForAlias = ({ code, path }: AccessFault, faults: readonly AccessFault[]): boolean =>
  code === 'required' && faults.some((other) => other.code === 'alias' && other.path === path);

/** The names of the map at the path; none where there is no map. */
export const namesAt = (source: YamlSource, path: Path): readonly string[] => {
  const value = source.get(path);
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? Object.keys(value) : [];
};

const countAt = (source: YamlSource, path: Path): number => {
  const value = source.get(path);
  return Array.isArray(value) ? value.length : 0;
};

/** Also of providers that have other faults, so that one fault does not become many. */
const providersIn = (source: YamlSource): readonly { readonly id: string; readonly type: unknown }[] =>
  Array.from({ length: countAt(source, ['identityProviders']) }).flatMap((_, index) => {
    const [id, type] = ['id', 'type'].map((name) => source.get(['identityProviders', index, name]));
    return typeof id === 'string' ? [{ id, type }] : [];
  });

const providerIds = (source: YamlSource): readonly string[] => providersIn(source).map(({ id }) => id);

const providersOfPeople = (source: YamlSource): readonly string[] =>
  providersIn(source).flatMap(({ id, type }) => (type === 'oidc-workload' || type === 'aws-workload' ? [] : [id]));

const providersOf = (read: Read): readonly IdentityProvider[] => {
  const { source, faults } = read;
  const seen = new Set<string>();
  return Array.from({ length: countAt(source, ['identityProviders']) }).flatMap(
    (_, index): readonly IdentityProvider[] => {
      const path = ['identityProviders', index];
      const once = (name: string, key: string, value: unknown): void => {
        const known = `${name} ${String(value)}`;
        if (seen.has(known))
          faults.push(source.fault([...path, key], 'duplicate', 'is that of another provider already'));
        seen.add(known);
      };
      once('id', 'id', source.get([...path, 'id']));
      if (source.get([...path, 'id']) === ON_CALL)
        faults.push(source.fault([...path, 'id'], 'reserved', 'is what groups of people on call begin with'));
      if (source.get([...path, 'type']) === 'saml') {
        const provider = samlProviderAt({ source, faults, fileAt: (at) => fileAt(read, at) }, path);
        if (provider) once('issuer', 'metadata', provider.issuer);
        return provider ? [provider] : [];
      }
      /** One issuer may serve people and jobs: a token's audience says which of the two it is for. */
      const onceAudiences = (key: string, issuer: string, audiences: readonly string[]): void => {
        for (const audience of new Set(audiences)) once('audience', key, JSON.stringify([issuer, audience]));
      };
      if (source.get([...path, 'type']) === 'aws-workload') {
        const text = checked(source, path, awsProvider, faults);
        if (text) once('audience', 'audience', text.audience);
        return text ? [compileAwsProvider(text)] : [];
      }
      if (source.get([...path, 'type']) === 'oidc-workload') {
        const text = checked(source, path, workloadProvider, faults);
        if (text) onceAudiences('audience', text.issuer, [text.audience]);
        return text ? [compileWorkloadProvider(text)] : [];
      }
      once('issuer', 'issuer', source.get([...path, 'issuer']));
      const text = checked(source, path, oidcProvider, faults);
      const provider = text && compileOidcProvider(text);
      if (provider) onceAudiences('clientId', provider.issuer, [provider.clientId, ...provider.tokenExchangeAudiences]);
      return provider ? [provider] : [];
    },
  );
};

interface Named {
  /** By the id of the provider. */
  readonly issuers: ReadonlyMap<string, string>;
  readonly accounts: ReadonlyMap<string, Account>;
  readonly schema: ReturnType<typeof entitlement>;
}

const entitlementsOf = (read: Read, { issuers, accounts, schema }: Named): readonly Entitlement[] => {
  const { source, faults } = read;
  return namesAt(source, ['entitlements']).flatMap((id) => {
    const path = ['entitlements', id];
    const denies = deniesOf(read, [...path, 'session', 'policy']);
    const text = checked(source, path, schema, faults);
    const target = text && accounts.get(text.role.account);
    if (!text || !target || !denies) return [];
    const compiled = compileEntitlement(id, text, { account: target, denies, issuers });
    for (const { at, code, message } of compiled.faults) faults.push(source.fault([...path, ...at], code, message));
    return [compiled.entitlement];
  });
};

const lentToCallers = (
  source: YamlSource,
  providers: readonly IdentityProvider[],
  entitlements: readonly Entitlement[],
): readonly AccessFault[] =>
  providersIn(source).flatMap(({ id }, index) => {
    const provider = providers.find((each) => each.id === id);
    if (provider?.type !== 'aws-workload') return [];
    return lentRoles(provider, entitlements).map((at) =>
      source.fault(['identityProviders', index, 'roles', at], 'lent_role', 'is one that Hatcheck lends'),
    );
  });

/** One account may have several names, as for several regions; who it is, and what its roles ask for, is the same under each. */
const accountsTwice = (source: YamlSource, accounts: readonly Account[]): readonly AccessFault[] =>
  accounts.flatMap(({ id, name, partition, externalId }, index) => {
    const first = accounts.slice(0, index).find((other) => other.id === id);
    return first && (first.partition !== partition || first.externalId !== externalId)
      ? [
          source.fault(
            ['accounts', name, 'id'],
            'account_twice',
            `is that of ${first.name}, with another partition or externalId`,
          ),
        ]
      : [];
  });

const accountsOf = ({ source, faults }: Read): ReadonlyMap<string, Account> =>
  new Map(
    namesAt(source, ['accounts']).flatMap((name) => {
      const text = checked(source, ['accounts', name], account, faults);
      const { id, partition, region, externalId, samlProvider } = text ?? {};
      if (id === undefined || partition === undefined || region === undefined) return [];
      return [[name, { id, name, partition, region, ...present({ externalId, samlProvider }) }]];
    }),
  );

/** Undefined when the policy file cannot be taken. */
const deniesOf = (read: Read, path: Path): readonly DenyStatement[] | undefined => {
  if (read.source.get(path) === undefined) return [];
  const file = fileAt(read, path);
  const before = read.faults.length;
  const denies = file && sessionDenies(file.name, file.text, read.faults);
  return read.faults.length === before ? denies : undefined;
};

/** The file that access.yml names at `path`; undefined, with a fault, when it cannot be taken. */
const fileAt = (
  { source, faults, baseDir, readFile }: Read,
  path: Path,
): { readonly name: string; readonly text: string } | undefined => {
  const name = source.get(path);
  const refuse = (code: string, message: string): void => void faults.push(source.fault(path, code, message));
  if (name === undefined) refuse('required', 'is missing');
  else if (typeof name !== 'string' || name === '') refuse('invalid_type', 'must be the name of a file');
  else if (isAbsolute(name) || normalize(name).split(sep).includes('..'))
    refuse('outside', 'must be a file in the folder of access.yml or below it');
  else {
    const text = contentOf(() => readFile(join(baseDir, name)));
    if (text !== undefined) return { name: normalize(name), text };
    refuse('no_such_file', 'names a file that cannot be read');
  }
  return undefined;
};

const contentOf = (read: () => string): string | undefined => {
  try {
    return read();
  } catch {
    return undefined;
  }
};
