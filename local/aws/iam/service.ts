import { answerQuery, queryFault } from '../query.ts';
import { SIGNATURE_FAULTS } from '../service.ts';
import type { Service } from '../service.ts';
import { OPERATIONS } from './operations.ts';

const QUERY = { prefix: 'iam', version: '2010-05-08' };

/** IAM: what revocation needs of it, asked by the query protocol of version 2010-05-08. */
export const iam: Service = {
  skewSeconds: 300,
  signatureFaults: SIGNATURE_FAULTS,
  answer: (call) => answerQuery(QUERY, OPERATIONS, call),
  renderFault: queryFault(QUERY),
};
