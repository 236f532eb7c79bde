import { isOciError } from '@oci-sync/oci-client';

/** An error of the AWS SDK in the user's words. */
export interface ExplainedAwsError {
  /** What went wrong, to follow a colon: `no AWS credentials were found`. */
  readonly reason: string;
  /** What to do about it. */
  readonly hint: string | undefined;
  /** Whether the same call may succeed later. */
  readonly retryable: boolean;
}

interface Rule {
  readonly names?: readonly string[];
  readonly message?: RegExp;
  readonly explain: (
    error: Error,
    matched: RegExpExecArray | undefined,
  ) => Omit<ExplainedAwsError, 'retryable'>;
  readonly retryable?: boolean;
}

const rules: readonly Rule[] = [
  {
    message: /\bsso\b.*(?:expired|invalid|refresh)|(?:expired|invalid|refresh).*\bsso\b/is,
    explain: () => ({
      reason: 'the AWS SSO session has expired',
      hint: 'run "aws sso login" with the profile in use (AWS_PROFILE), then try again',
    }),
  },
  {
    message: /re-?authenticate|aws login/i,
    explain: () => ({ reason: 'the AWS login session has expired', hint: 'run "aws login", then try again' }),
  },
  {
    message: /region is missing/i,
    explain: () => ({
      reason: 'no AWS region is known',
      hint: 'name one with --region, AWS_REGION or the AWS profile, or write the registry in full',
    }),
  },
  {
    names: ['AccessDeniedException', 'AccessDenied', 'UnauthorizedOperation'],
    message: /not authorized to perform:?\s*([\w-]+:\w+)(?:.*?on resource:?\s*(\S+))?/is,
    explain: (error, matched) =>
      matched === undefined
        ? {
            reason: `AWS denies access (${error.message})`,
            hint: 'check the IAM policy of these credentials',
          }
        : {
            reason: `the IAM action ${matched[1]} is not allowed${matched[2] === undefined ? '' : ` on ${matched[2]}`}`,
            hint: `add ${matched[1]} to the IAM policy of these credentials`,
          },
  },
  {
    names: ['ExpiredTokenException', 'ExpiredToken', 'TokenRefreshRequired'],
    explain: () => ({
      reason: 'the AWS credentials have expired',
      hint: 'get new ones (aws sso login, a new session token) and try again',
    }),
  },
  {
    names: ['UnrecognizedClientException', 'InvalidClientTokenId', 'InvalidAccessKeyId', 'AuthFailure'],
    explain: () => ({
      reason: 'AWS does not know these credentials in this region',
      hint: 'check AWS_ACCESS_KEY_ID and the profile; a region that is not enabled for the account, or of another partition, refuses them too',
    }),
  },
  {
    names: ['InvalidSignatureException', 'SignatureDoesNotMatch', 'RequestExpired', 'RequestTimeTooSkewed'],
    explain: (error) => ({
      reason: `AWS does not accept the signature (${error.message})`,
      hint: 'check the secret access key, the region and the clock of this machine',
    }),
  },
  {
    names: ['ThrottlingException', 'Throttling', 'TooManyRequestsException', 'RequestLimitExceeded'],
    explain: () => ({
      reason: 'AWS is throttling these calls',
      hint: 'wait a little and try again, or ask for a higher API quota',
    }),
    retryable: true,
  },
  {
    names: ['LimitExceededException'],
    explain: (error) => ({
      reason: `an ECR quota is used up (${error.message})`,
      hint: 'delete what is not needed or ask for a higher quota in the Service Quotas console',
    }),
  },
  {
    names: ['CredentialsProviderError'],
    explain: (error) => ({
      reason: /could not load credentials from any providers/i.test(error.message)
        ? 'no AWS credentials were found'
        : `AWS credentials could not be loaded (${error.message})`,
      hint: 'set AWS_PROFILE, or AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or run where a role is attached',
    }),
  },
  { names: ['ServerException', 'ServiceUnavailable', 'InternalFailure'], explain: plain, retryable: true },
];

function plain(error: Error): Omit<ExplainedAwsError, 'retryable'> {
  const prefix = error.name === 'Error' ? '' : `${error.name}: `;
  return { reason: `${prefix}${error.message}`, hint: undefined };
}

/** What an error of the AWS SDK, its credential chain or the connection to AWS means. */
export function explainAwsError(error: unknown): ExplainedAwsError {
  if (!(error instanceof Error)) return { reason: String(error), hint: undefined, retryable: false };
  if (isOciError(error)) {
    const hint = error.hint ?? 'check the region, the proxy and the network';
    return { reason: error.message, hint, retryable: error.retryable };
  }
  for (const { names, message, explain, retryable = false } of rules) {
    const matched = message?.exec(error.message) ?? undefined;
    const applies = names === undefined ? matched !== undefined : names.includes(error.name);
    if (applies) return { ...explain(error, matched), retryable };
  }
  if (isOciError(error.cause)) return explainAwsError(error.cause);
  return { ...plain(error), retryable: false };
}
