import { once } from 'node:events';
import { Readable } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import { ConnectionDrop, type RegistryRequest, type WireFault } from '../../http/exchange.js';
import { bodyChunks } from '../../http/read-body.js';
import type { Fault } from './fault-injector.js';

/** Closes the connection instead of answering. */
export function dropConnection(): Fault {
  return () => Promise.reject(new ConnectionDrop());
}

/** Closes the connection after this many bytes of the answer's body. */
export function dropDownloadAfter(sizeBytes: number): Fault {
  return onWire({ dropAfterBytes: sizeBytes });
}

/** Sends this many bytes of the answer's body and then nothing, until the client gives up. */
export function stallDownloadAfter(sizeBytes: number): Fault {
  return onWire({ stallAfterBytes: sizeBytes });
}

/** Sends the answer's body in small pieces. */
export function slowDownload(pieceBytes: number, pieceDelayMs: number): Fault {
  return onWire({ pieceBytes, pieceDelayMs });
}

/**
 * Closes the connection once this many bytes of the request's body have been taken in; the upload keeps them.
 * Bodies shorter than that pass.
 */
export function dropUploadAfter(sizeBytes: number): Fault {
  return afterUploaded(sizeBytes, () => Promise.reject(new ConnectionDrop()));
}

/** Stops reading the request's body after this many bytes and never answers, until the client gives up. */
export function stallUploadAfter(sizeBytes: number): Fault {
  return afterUploaded(sizeBytes, untilGone);
}

/**
 * Answers with another fault once this many bytes of the request's body have been taken in: a token that dies in the
 * middle of a push (GitLab), a registry that is out of space.
 */
export function failUploadAfter(sizeBytes: number, fault: Fault): Fault {
  return (request, next, state) =>
    afterUploaded(sizeBytes, async (struck) => {
      await fault(struck, next, state);
      throw new Error('the fault of failUploadAfter has to be a refusal');
    })(request, next, state);
}

/** Never answers, until the client gives up. */
export function hang(): Fault {
  return (request) => untilGone(request);
}

/** Answers this much later. */
export function delay(delayMs: number): Fault {
  return async (request, next) => {
    await sleep(delayMs, undefined, { signal: request.signal });
    return next(request);
  };
}

function onWire(wire: WireFault): Fault {
  return async (request, next) => {
    const response = await next(request);
    return { ...response, wire: { ...response.wire, ...wire } };
  };
}

async function untilGone({ signal }: RegistryRequest): Promise<never> {
  if (!signal.aborted) await once(signal, 'abort');
  throw new ConnectionDrop();
}

function afterUploaded(limitBytes: number, then: (request: RegistryRequest) => Promise<never>): Fault {
  return (request, next) => {
    const limited = async function* (): AsyncGenerator<Uint8Array> {
      let sizeBytes = 0;
      for await (const chunk of bodyChunks(request.body)) {
        const allowed = chunk.subarray(0, limitBytes - sizeBytes);
        if (allowed.length > 0) yield allowed;
        sizeBytes += chunk.length;
        if (sizeBytes > limitBytes) await then(request);
      }
    };
    return next({ ...request, body: Readable.from(limited()) });
  };
}
