/** Error codes of the distribution-spec, and those registries commonly add. */
export type RegistryErrorCode =
  | 'BLOB_UNKNOWN'
  | 'BLOB_UPLOAD_INVALID'
  | 'BLOB_UPLOAD_UNKNOWN'
  | 'DIGEST_INVALID'
  | 'MANIFEST_BLOB_UNKNOWN'
  | 'MANIFEST_INVALID'
  | 'MANIFEST_UNKNOWN'
  | 'NAME_INVALID'
  | 'NAME_UNKNOWN'
  | 'PAGINATION_NUMBER_INVALID'
  | 'RANGE_INVALID'
  | 'SIZE_INVALID'
  | 'TAG_INVALID'
  | 'UNAUTHORIZED'
  | 'DENIED'
  | 'UNSUPPORTED'
  | 'TOOMANYREQUESTS'
  | 'UNAVAILABLE'
  | 'UNKNOWN';

/** An answer that is an error, in the JSON form of the distribution-spec ("Error Codes"). */
export class RegistryError extends Error {
  override readonly name = 'RegistryError';
  readonly status: number;
  readonly code: RegistryErrorCode;
  /** Sent with the answer; names in lower case. */
  readonly headers: Readonly<Record<string, string | readonly string[]>>;
  readonly detail: unknown;

  constructor(
    status: number,
    code: RegistryErrorCode,
    message: string,
    options: {
      readonly headers?: Readonly<Record<string, string | readonly string[]>> | undefined;
      readonly detail?: unknown;
    } = {},
  ) {
    super(message);
    this.status = status;
    this.code = code;
    this.headers = options.headers ?? {};
    this.detail = options.detail;
  }
}
