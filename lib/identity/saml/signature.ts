import type { KeyObject } from 'node:crypto';
import { SignedXml } from 'xml-crypto';
import { AssertionRefused } from '../assertion-refused.ts';
import { type AllowedAlgorithms, digestOf, isSignedByAny } from './algorithms.ts';
import { attributeOf, childNamed } from './element.ts';
import { scannedXml } from './message-bytes.ts';
import { ENVELOPED, EXCLUSIVE_C14N } from './names.ts';
import type { XmlElement } from './read-xml.ts';
import { checkSignatureShape } from './signature-shape.ts';
import { type RootName, readMessage } from './structure.ts';

export interface Trust {
  readonly keys: readonly KeyObject[];
  readonly allowed: AllowedAlgorithms;
}

/** A text, and what was read in it. */
export interface Message {
  readonly text: string;
  readonly root: XmlElement;
}

/** The library asks for a key and hands it to the algorithm, which has the pinned ones. Were this ever taken for one, it would fail. */
const NO_KEY = 'not a key';

export const isSigned = (element: XmlElement): boolean => childNamed(element, 'ds:Signature') !== undefined;

/**
 * What the signature of an element covers, read anew: every bypass of the last ten years was an element that was verified and
 * another that was read. Nothing of the message that came in is looked at again.
 *
 * @param holder the element in the message that is signed
 * @throws AssertionRefused `signature_shape`, `signature`
 */
export const verifiedIn = (message: Message, holder: XmlElement, rootName: RootName, trust: Trust): Message => {
  const signature = childNamed(holder, 'ds:Signature');
  if (!signature) throw new AssertionRefused('unsigned');
  checkSignatureShape(signature, holder, trust.allowed);
  const text = scannedXml(Buffer.from(signedText(message.text, signature, trust)));
  const root = readMessage(text, rootName);
  if (attributeOf(root, 'ID') !== attributeOf(holder, 'ID') || isSigned(root)) throw new AssertionRefused('signature');
  return { text, root };
};

const signedText = (text: string, signature: XmlElement, trust: Trust): string => {
  const signed = new SignedXml({ publicCert: NO_KEY });
  restrict(signed, trust);
  try {
    signed.loadSignature(signature.node);
    const [only, ...more] = signed.checkSignature(text) ? signed.getSignedReferences() : [];
    if (only !== undefined && more.length === 0) return only;
  } catch (cause) {
    throw new AssertionRefused('signature', { cause });
  }
  throw new AssertionRefused('signature');
};

/** The library knows more algorithms than we do, and fewer. It makes each with `new`, hence the classes. */
const restrict = (signed: SignedXml, { keys, allowed }: Trust): void => {
  // As SAML writes it: `checkIds` has refused two alike, by any name. Each further name would be a walk through the document.
  signed.idAttributes = ['ID'];
  const defaults = signed.CanonicalizationAlgorithms;
  signed.CanonicalizationAlgorithms = only(defaults, [ENVELOPED, EXCLUSIVE_C14N]);
  signed.HashAlgorithms = Object.fromEntries(
    [...allowed.digests].map(([uri, digest]) => [
      uri,
      class {
        getAlgorithmName = (): string => uri;
        getHash = (xml: string): string => digestOf(digest, xml);
      },
    ]),
  );
  signed.SignatureAlgorithms = Object.fromEntries(
    [...allowed.methods].map(([uri, method]) => [
      uri,
      class {
        getAlgorithmName = (): string => uri;
        getSignature = (): never => {
          throw new TypeError('verifies only');
        };
        // NB. the keys are the pinned ones, whatever the library hands over.
        verifySignature = (info: string, _key: unknown, value: string): boolean =>
          isSignedByAny(keys, method, info, Buffer.from(value, 'base64'));
      },
    ]),
  );
};

const only = <T>(all: Readonly<Record<string, T>>, names: readonly string[]): Record<string, T> =>
  Object.fromEntries(Object.entries(all).filter(([name]) => names.includes(name)));
