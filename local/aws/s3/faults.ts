import { AwsFault } from '../fault.ts';

/** What several of S3's operations answer, in its words (S3 API reference, error responses). */

export const noSuchKey = (): AwsFault => new AwsFault(404, 'NoSuchKey', 'The specified key does not exist.');

export const noSuchVersion = (): AwsFault =>
  new AwsFault(404, 'NoSuchVersion', 'The specified version does not exist.');

export const methodNotAllowed = (): AwsFault =>
  new AwsFault(405, 'MethodNotAllowed', 'The specified method is not allowed against this resource.');

export const notImplemented = (): AwsFault =>
  new AwsFault(501, 'NotImplemented', 'A header or query you provided implies functionality that is not implemented.');

export const invalidRequest = (message: string): AwsFault => new AwsFault(400, 'InvalidRequest', message);

export const invalidArgument = (message: string): AwsFault => new AwsFault(400, 'InvalidArgument', message);

export const malformedXml = (): AwsFault =>
  new AwsFault(
    400,
    'MalformedXML',
    'The XML you provided was not well-formed or did not validate against our published schema',
  );

export const locked = (): AwsFault =>
  new AwsFault(403, 'AccessDenied', 'Access Denied because object protected by object lock.', 'object lock');
