/** An error that goes to the client in the words of the service that answers. */
export class AwsFault extends Error {
  override readonly name = 'AwsFault';
  readonly status: number;
  readonly code: string;
  /** For the record of calls only: what the client is not told. */
  readonly reason: string | undefined;

  constructor(status: number, code: string, message: string, reason?: string) {
    super(message);
    this.status = status;
    this.code = code;
    this.reason = reason;
  }
}
