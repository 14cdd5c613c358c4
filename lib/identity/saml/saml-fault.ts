/** Why a SAML response is refused, besides what it has in common with ID tokens. */
export type SamlFault =
  /** A construct that two parsers could read differently: DOCTYPE, comment, processing instruction, CDATA, an odd namespace. */
  | 'forbidden_construct'
  /** Not the one shape of document that we read: root, number and place of assertions and signatures, sizes, names. */
  | 'structure'
  | 'duplicate_id'
  /** A signature that is not made in the one way that we verify, before any cryptography. */
  | 'signature_shape'
  | 'unsigned'
  | 'version'
  | 'status'
  | 'destination'
  | 'subject_confirmation'
  | 'recipient'
  | 'in_response_to'
  | 'conditions'
  | 'authn_statement'
  | 'attributes'
  /** One for whatever went wrong, so that nobody learns of the plaintext by asking. */
  | 'decryption';
