import type { Authorizer } from './auth/authorizer.js';
import { openAccess } from './auth/authorizer.js';
import { basicAuthorizer } from './auth/basic-auth.js';
import { bearerAuthorizer } from './auth/bearer-auth.js';
import { DirectoryBlobs } from './content/directory-blobs.js';
import { MemoryBlobs } from './content/memory-blobs.js';
import { DirectoryJournal, noJournal } from './content/metadata-journal.js';
import type { RegistryContent } from './content/registry-content.js';
import { Repositories } from './content/repositories.js';
import { UploadSessions } from './content/upload-sessions.js';
import { createRegistryHandler } from './handlers/registry-handler.js';
import type { Handler, Middleware, RegistryState } from './http/exchange.js';
import { startHttpServer } from './http/http-server.js';
import { RequestLog } from './http/request-log.js';
import type { RegistryAuth, RegistryOptions, RegistryStorage } from './registry-options.js';

/** A registry that is listening. */
export interface RunningRegistry {
  /** `http://127.0.0.1:5000`, no slash at the end. */
  readonly url: string;
  /** `127.0.0.1:5000`: what stands in front of the first slash of an image reference. */
  readonly host: string;
  readonly port: number;
  /** What the registry holds; for seeding and for assertions. */
  readonly content: RegistryContent;
  /** What the registry was asked. */
  readonly requests: RequestLog;
  /** Stops listening, ends every connection and waits until storage is at rest. Calling it twice is fine. */
  close(): Promise<void>;
  [Symbol.asyncDispose](): Promise<void>;
}

/**
 * Starts a registry that follows the OCI distribution-spec 1.1: pull, push (whole, chunked, streamed), mount,
 * delete, tag lists, catalog, referrers, with optional authentication and TLS. In a directory everything committed
 * survives a restart and a crash; open uploads do not.
 * @throws the system's error when it cannot listen or the directory cannot be used
 */
export async function startRegistry(options: RegistryOptions = {}): Promise<RunningRegistry> {
  const now = options.now ?? Date.now;
  const content = await openContent(options.storage ?? 'memory');
  const uploads = new UploadSessions(options.limits?.uploads ?? 1000);
  const log = new RequestLog(options.requestLogSize ?? 100_000);
  const handler = createRegistryHandler({
    content,
    uploads,
    bounds: {
      manifestBytes: options.limits?.manifestBytes ?? 4 * 1024 * 1024,
      blobBytes: options.limits?.blobBytes ?? Infinity,
      pageSize: options.limits?.pageSize ?? 1000,
    },
    authorizer: createAuthorizer(options.auth, now),
  });
  const server = await startHttpServer({
    host: options.host ?? '127.0.0.1',
    port: options.port ?? 0,
    tls: options.tls,
    idleMs: options.limits?.idleMs ?? 120_000,
    handler: compose(options.middleware ?? [], handler, {
      content,
      uploadedBytes: (repository, session) => uploads.find(repository, session)?.writer.sizeBytes,
    }),
    log,
    now,
  });
  const close = async (): Promise<void> => {
    await server.close();
    await uploads.discardAll();
    await content.settled();
  };
  return {
    url: server.url,
    host: server.host,
    port: server.port,
    content,
    requests: log,
    close,
    [Symbol.asyncDispose]: close,
  };
}

async function openContent(storage: RegistryStorage): Promise<Repositories> {
  if (storage === 'memory') return new Repositories(new MemoryBlobs(), noJournal);
  const blobs = await DirectoryBlobs.open(storage.directory);
  const journal = new DirectoryJournal(storage.directory);
  const content = new Repositories(blobs, journal);
  await content.restore(await journal.load());
  await content.collect(blobs.digests());
  return content;
}

function createAuthorizer(auth: RegistryAuth | undefined, now: () => number): Authorizer {
  if (!auth) return openAccess;
  return auth.kind === 'basic' ? basicAuthorizer(auth) : bearerAuthorizer(auth, now);
}

function compose(middleware: readonly Middleware[], handler: Handler, state: RegistryState): Handler {
  return middleware.reduceRight<Handler>((next, layer) => (request) => layer(request, next, state), handler);
}
