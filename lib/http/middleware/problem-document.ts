import type { APIGatewayProxyStructuredResultV2 } from 'aws-lambda';
import { HatcheckError, type Refusal, refuse } from '../../domain/errors.ts';
import type { Logger } from '../../logger.ts';
import type { CallState } from '../call.ts';
import type { ApiMiddleware } from '../middleware.ts';
import { OAuthError, oauthErrorOf } from '../oauth-error.ts';
import { problemDocument, problemHeaders, problems } from '../problem.ts';
import { pagePolicy } from '../page.ts';
import { problemPage, wantsPage } from '../problem-page.ts';

/** Whatever was thrown becomes an answer: a refusal its own, anything else a 500 of which only the log knows more. */
export const problemDocuments = (logger: Logger): ApiMiddleware => ({
  onError: (request) => {
    const { call } = request.context;
    const error = toKnown(request.error);
    call.code = error.code;
    if (error instanceof HatcheckError) call.reason = error.refusal.reason;
    request.response = respond(error, call);
    if ((request.response.statusCode ?? 500) >= 500) logger.error('failure', fieldsOf(call), error.cause ?? error);
  },
});

const toKnown = (error: unknown): HatcheckError | OAuthError => {
  if (error instanceof HatcheckError || error instanceof OAuthError) return error;
  if (error instanceof Error && error.name === 'TimeoutError')
    return new HatcheckError(refuse('aws_unavailable', 'the invocation ran out of time'), { cause: error });
  return new HatcheckError(refuse('internal', 'unexpected error'), { cause: error });
};

const fieldsOf = ({ callId, route, code, reason }: CallState) => ({
  callId,
  ...(route ? { route: route.key } : {}),
  ...(code === undefined ? {} : { code }),
  ...(reason === undefined ? {} : { reason }),
});

const respond = (error: HatcheckError | OAuthError, call: CallState): APIGatewayProxyStructuredResultV2 => {
  if (error instanceof OAuthError) return oauthResponse(error);
  if (call.route?.contract.errors === 'oauth') return oauthResponse(oauthErrorOf(error.refusal));
  return {
    statusCode: problems[error.code].status,
    ...problemContent(error.refusal, call),
    isBase64Encoded: false,
  };
};

/** As JSON, or as a page where it is a browser itself that came, and not a client of ours. */
const problemContent = (refusal: Refusal, { callId, incoming, route }: CallState) => {
  const isForBrowsers = route?.contract.page === true;
  const document = problemDocument(refusal, callId);
  const headers = { ...problemHeaders(refusal), ...(isForBrowsers && { vary: 'Accept' }) };
  return isForBrowsers && wantsPage(incoming.headers['accept'])
    ? {
        headers: {
          ...{ 'content-type': 'text/html; charset=utf-8', 'content-security-policy': pagePolicy() },
          ...headers,
        },
        body: problemPage(document, incoming.rawPath),
      }
    : { headers: { 'content-type': 'application/problem+json', ...headers }, body: JSON.stringify(document) };
};

/** RFC 6749 §5.2. */
const oauthResponse = ({ code, description, status }: OAuthError): APIGatewayProxyStructuredResultV2 => ({
  statusCode: status,
  headers: {
    'content-type': 'application/json',
    ...(status === 401 ? { 'www-authenticate': 'Basic realm="hatcheck"' } : {}),
    ...(status === 503 || status === 429 ? { 'retry-after': status === 503 ? '5' : '60' } : {}),
  },
  body: JSON.stringify({ error: code, error_description: description }),
  isBase64Encoded: false,
});
