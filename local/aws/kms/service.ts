import { createPrivateKey } from 'node:crypto';
import type { KeyObject } from 'node:crypto';
import * as z from 'zod';
import { AwsFault } from '../fault.ts';
import { type JsonService, jsonAnswer, jsonFault, operationOf, readJsonBody } from '../json-protocol.ts';
import { parsePolicy } from '../policy/document.ts';
import type { Policy, PolicyDocument } from '../policy/document.ts';
import { describeDenial, evaluateTrust } from '../policy/evaluate.ts';
import { accessRequest, decide } from '../service.ts';
import type { Service, ServiceCall } from '../service.ts';
import type { Answer } from '../wire.ts';
import { type KeyStates, STATE_CHANGES, keyStates } from './key-state.ts';
import { ALGORITHMS, algorithmOf, publicKeyOf, signDigest, signMessage } from './sign.ts';
import type { KeySpec } from './sign.ts';

/** A key that signs. */
export interface SigningKey {
  readonly arn: string;
  readonly spec: KeySpec;
  /** PEM. */
  readonly privateKey: string;
  readonly policy: PolicyDocument;
}

interface LoadedKey {
  readonly arn: string;
  readonly spec: KeySpec;
  readonly privateKey: KeyObject;
  readonly policy: Policy;
}

const JSON_1_1: JsonService = { prefix: 'kms', target: 'TrentService', version: '1.1', namespaceOf: () => '' };
const KEY_ARN = /^arn:(?:aws|aws-cn|aws-us-gov):kms:[a-z0-9-]+:\d{12}:key\/[\w-]{1,64}$/;

const keyId = z.string().min(1).max(2048);
const base64 = z.base64().transform((text) => Buffer.from(text, 'base64'));
const signSchema = z.object({
  KeyId: keyId,
  /** Of at most 4,096 bytes; what is longer has to be hashed by the caller. */
  Message: base64.refine(({ length }) => length >= 1 && length <= 4096, 'must have 1 to 4096 bytes'),
  MessageType: z.enum(['RAW', 'DIGEST']).default('RAW'),
  SigningAlgorithm: z.string(),
});
/** Other members, such as the days that a deletion waits, change nothing here. */
const oneKeySchema = z.object({ KeyId: keyId });

interface Keys {
  readonly loaded: ReadonlyMap<string, LoadedKey>;
  readonly states: KeyStates;
}
type Operation = (call: ServiceCall, body: unknown, keys: Keys) => object;

const OPERATIONS: ReadonlyMap<string, Operation> = new Map<string, Operation>([
  [
    'Sign',
    (call, body, keys) => {
      const { KeyId, Message, MessageType, SigningAlgorithm } = read(signSchema, body);
      const key = authorised(call, 'kms:Sign', keyOf(call, KeyId, keys), [
        ['kms:SigningAlgorithm', [SigningAlgorithm]],
        ['kms:MessageType', [MessageType]],
      ]);
      keys.states.checkUsable(key.arn);
      const algorithm = algorithmOf(key.spec, SigningAlgorithm);
      if (!algorithm) throw invalid(`Algorithm ${SigningAlgorithm} is not one of keys of type ${key.spec}`);
      if (MessageType === 'DIGEST' && Message.length !== algorithm.bytes) throw invalid('Digest is of another length');
      const signed = MessageType === 'DIGEST' ? signDigest : signMessage;
      return {
        KeyId: key.arn,
        Signature: signed(key.privateKey, algorithm, Message).toString('base64'),
        SigningAlgorithm,
      };
    },
  ],
  [
    'GetPublicKey',
    (call, body, keys) => {
      const key = authorised(call, 'kms:GetPublicKey', keyOf(call, read(oneKeySchema, body).KeyId, keys), []);
      keys.states.checkUsable(key.arn);
      return {
        KeyId: key.arn,
        KeySpec: key.spec,
        KeyUsage: 'SIGN_VERIFY',
        PublicKey: publicKeyOf(key.privateKey).toString('base64'),
        SigningAlgorithms: Object.keys(ALGORITHMS[key.spec]),
      };
    },
  ],
  ...STATE_CHANGES.map((name): [string, Operation] => [
    name,
    (call, body, keys) => {
      const key = authorised(call, `kms:${name}`, keyOf(call, read(oneKeySchema, body).KeyId, keys), []);
      return keys.states.change(name, key.arn);
    },
  ]),
]);

/** KMS: keys that sign and never leave, asked by JSON 1.1; policies of keys and of identities decide, as on AWS. */
export const createKms = (settings: readonly SigningKey[]): Service => {
  const keys: Keys = { loaded: new Map(settings.map((key) => [key.arn, loadKey(key)])), states: keyStates() };
  return {
    skewSeconds: 300,
    signatureFaults: SIGNATURE_FAULTS,
    renderFault: jsonFault(JSON_1_1),
    answer: (call) => Promise.resolve().then(() => answer(call, keys)),
  };
};

const loadKey = ({ arn, spec, privateKey, policy }: SigningKey): LoadedKey => {
  if (!KEY_ARN.test(arn)) throw new TypeError(`"${arn}" is no key ARN`);
  return {
    ...{ arn, spec, privateKey: createPrivateKey(privateKey) },
    policy: parsePolicy(policy, 'resource', `key policy of ${arn}`),
  };
};

const answer = (call: ServiceCall, keys: Keys): Answer => {
  const name = operationOf(JSON_1_1, call);
  const operation = OPERATIONS.get(name);
  if (!operation) throw new AwsFault(400, 'UnknownOperationException', `${name} is not known here`);
  return jsonAnswer(JSON_1_1, operation(call, readJsonBody(call.request.body), keys));
};

/** By ARN, or by its id in the caller's account and region. */
const keyOf = (call: ServiceCall, id: string, keys: Keys): LoadedKey => {
  const arn = id.startsWith('arn:')
    ? id
    : `arn:${call.role.partition}:kms:${call.region}:${call.role.account}:key/${id}`;
  const key = keys.loaded.get(arn);
  if (!key) throw new AwsFault(400, 'NotFoundException', `Key '${arn}' does not exist`);
  return key;
};

/** The key's own policy has to allow, if only by leaving it to the account's policies; without it those mean nothing (KMS guide, key policies). */
const authorised = (
  call: ServiceCall,
  action: string,
  key: LoadedKey,
  more: readonly (readonly [string, readonly string[]])[],
): LoadedKey => {
  const request = accessRequest(call, action, key.arn, more);
  for (const decision of [decide(call, request, key.policy), evaluateTrust(request, key.policy)]) {
    if (!decision.allowed)
      throw new AwsFault(400, 'AccessDeniedException', describeDenial(request, decision), decision.reason);
  }
  return key;
};

const read = <T>(schema: z.ZodType<T>, body: unknown): T => {
  const { success, data, error } = schema.safeParse(body);
  if (!success) throw invalid(z.prettifyError(error));
  return data;
};

const invalid = (message: string): AwsFault => new AwsFault(400, 'ValidationException', message);

const MISMATCH = new AwsFault(400, 'InvalidSignatureException', 'The request signature does not match.');

const SIGNATURE_FAULTS: Service['signatureFaults'] = {
  missing_token: new AwsFault(400, 'MissingAuthenticationTokenException', 'Missing Authentication Token'),
  incomplete_signature: new AwsFault(400, 'IncompleteSignatureException', 'The request signature is not complete'),
  invalid_token: new AwsFault(400, 'UnrecognizedClientException', 'The security token is invalid.'),
  expired_token: new AwsFault(400, 'ExpiredTokenException', 'The security token is expired'),
  outside_time: new AwsFault(400, 'InvalidSignatureException', 'Signature expired or not yet current'),
  wrong_body_hash: MISMATCH,
  mismatch: MISMATCH,
};
