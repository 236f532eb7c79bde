import type { HttpClient } from '../transport/http-client.js';
import { bufferedBody, discardBody, readBodyStart } from '../transport/read-body.js';
import type { HttpRequest, HttpResponse } from '../transport/http-message.js';

const longestErrorBody = 64 * 1024;

/** ECR: "Your authorization token has expired. Reauthenticate and try again." */
const expired = /token has expired|reauthenticate|authorization token expired/i;

/**
 * Whether a 403 (ECR) or 400 (ECR Public) means that the credentials have expired, and what was said. Such
 * answers have no challenge, so the text decides; a HEAD has no text, so the same is asked with GET. The
 * response given back has its body unread.
 */
export async function readExpiry(
  http: HttpClient,
  request: HttpRequest,
  response: HttpResponse,
): Promise<{ readonly response: HttpResponse; readonly reason: string | undefined }> {
  if (request.method !== 'HEAD') return await inspect(response);
  discardBody(response);
  const explained = await http.request({ ...request, method: 'GET', followRedirects: false });
  if (explained.status !== response.status) {
    explained.body.destroy();
    return { response, reason: undefined };
  }
  return await inspect(explained);
}

async function inspect(
  response: HttpResponse,
): Promise<{ readonly response: HttpResponse; readonly reason: string | undefined }> {
  const body = await readBodyStart(response, longestErrorBody);
  const reason = expired.test(body.toString('utf8')) ? 'they have expired' : undefined;
  return { response: { ...response, body: bufferedBody(body) }, reason };
}
