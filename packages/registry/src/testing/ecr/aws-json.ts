import type { Middleware, RegistryRequest, RegistryResponse } from '../../http/exchange.js';
import type { FaultRule } from '../faults/fault-injector.js';

/** A JSON object of a request or an answer. */
export type JsonObject = Readonly<Record<string, unknown>>;

/** An exception of an AWS JSON 1.1 API. */
export class AwsException extends Error {
  override readonly name = 'AwsException';
  /** Such as `RepositoryNotFoundException`. */
  readonly type: string;
  readonly status: number;

  constructor(type: string, message: string, status = 400) {
    super(message);
    this.type = type;
    this.status = status;
  }
}

/** The operation a request of the control plane names; undefined for any other request. */
export function awsOperation({ method, path, headers }: RegistryRequest): string | undefined {
  const target = headers['x-amz-target'];
  if (method !== 'POST' || path !== '/' || typeof target !== 'string') return undefined;
  return target.slice(target.lastIndexOf('.') + 1);
}

/** An answer of AWS JSON 1.1; dates are seconds since the epoch. */
export function awsResponse(value: JsonObject): RegistryResponse {
  return {
    status: 200,
    headers: { 'content-type': 'application/x-amz-json-1.1' },
    body: Buffer.from(JSON.stringify(value)),
  };
}

/** An exception as AWS JSON 1.1 sends it. */
export function awsFailure({ type, message, status }: AwsException): RegistryResponse {
  return {
    status,
    headers: { 'content-type': 'application/x-amz-json-1.1', 'x-amzn-errortype': type },
    body: Buffer.from(JSON.stringify({ __type: type, message })),
  };
}

/** A fault of the control plane: this exception instead of an answer, e.g. `ThrottlingException` "Rate exceeded". */
export function awsError(type: string, message: string, status = 400): Middleware {
  return () => Promise.resolve(awsFailure(new AwsException(type, message, status)));
}

/** The rule for faults of one operation, such as `CreateRepository`. */
export function forOperation(operation: string, rule: FaultRule = {}): FaultRule {
  return { ...rule, where: (request) => awsOperation(request) === operation };
}
