import type { KeyObject } from 'node:crypto';
import { AssertionRefused } from '../assertion-refused.ts';
import { type AllowedAlgorithms, digestOf, isSignedByAny } from './algorithms.ts';
import { canonicalXml } from './canonical.ts';
import { childNamed } from './element.ts';
import { scannedXml } from './message-bytes.ts';
import type { XmlElement } from './read-xml.ts';
import { readSignature } from './signature-shape.ts';
import { type RootName, readMessage } from './structure.ts';

export interface Trust {
  readonly keys: readonly KeyObject[];
  readonly allowed: AllowedAlgorithms;
}

export const isSigned = (element: XmlElement): boolean => childNamed(element, 'ds:Signature') !== undefined;

/**
 * What the signature of an element covers, read anew: every bypass of the last ten years was an element that was verified and
 * another that was read. Nothing of the message that came in is looked at again.
 *
 * @param holder the element in the message that is signed
 * @throws AssertionRefused `unsigned`, `signature_shape`, `signature`
 */
export const verifiedIn = (holder: XmlElement, rootName: RootName, trust: Trust): XmlElement =>
  readMessage(scannedXml(Buffer.from(signedText(holder, trust))), rootName);

/**
 * XML Signature, 3.2, for the one way of signing that is left: first whether a pinned key signed what SignedInfo says, then whether it
 * says this of the element.
 */
const signedText = (holder: XmlElement, { keys, allowed }: Trust): string => {
  const signature = childNamed(holder, 'ds:Signature');
  if (!signature) throw new AssertionRefused('unsigned');
  const { info, infoPrefixes, method, value, digest, digestValue, prefixes } = readSignature(
    signature,
    holder,
    allowed,
  );
  if (!isSignedByAny(keys, method, canonicalXml(info.node, infoPrefixes), value))
    throw new AssertionRefused('signature');
  const text = canonicalXml(holder.node, prefixes, signature.node);
  if (!digestOf(digest, text).equals(digestValue)) throw new AssertionRefused('signature');
  return text;
};
