import { AwsFault } from '../fault.ts';
import type { Parameters, QueryOperation } from '../query.ts';
import { authorise } from '../service.ts';
import type { ServiceCall } from '../service.ts';
import { required } from './required.ts';

/** What an account says of the providers that it trusts. Throws AwsFaults with the codes of IAM. */
export const PROVIDER_OPERATIONS: readonly (readonly [string, QueryOperation<ServiceCall>])[] = [
  [
    'GetOpenIDConnectProvider',
    (call, parameters) => {
      const { account, name } = nameIn(call, parameters, 'OpenIDConnectProviderArn');
      // The ARN has no scheme; here an issuer may be http on a loopback address.
      const provider =
        call.world.oidcProvider(account, `https://${name}`) ?? call.world.oidcProvider(account, `http://${name}`);
      if (!provider) throw missing(name);
      return { Url: name, ClientIDList: { member: provider.clientIds } };
    },
  ],
  [
    'GetSAMLProvider',
    (call, parameters) => {
      const { account, name } = nameIn(call, parameters, 'SAMLProviderArn');
      const provider = call.world.samlProvider(account, name);
      if (!provider) throw missing(name);
      return { SAMLMetadataDocument: provider.metadata };
    },
  ],
];

const missing = (name: string): AwsFault => new AwsFault(404, 'NoSuchEntity', `No provider ${name} found.`);

const nameIn = (call: ServiceCall, parameters: Parameters, parameter: string): { account: string; name: string } => {
  const arn = required(parameters, parameter);
  authorise(call, call.notes.action, arn);
  // Nobody reaches into another account by IAM, whatever the caller's own policies say.
  return {
    account: call.role.account,
    name: arn.split(':')[4] === call.role.account ? arn.slice(arn.indexOf('/') + 1) : '',
  };
};
