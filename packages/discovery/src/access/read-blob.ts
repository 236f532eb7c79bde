import {
  digestAlgorithm,
  digestOf,
  OciError,
  type CallOptions,
  type ContentSource,
  type Descriptor,
} from '@oci-sync/oci-client';

/**
 * A whole small blob: a configuration, a chart archive. Checked against its descriptor.
 *
 * @throws OciError `OCI_TOO_LARGE` above `maxBytes`; `OCI_SIZE_MISMATCH`, `OCI_DIGEST_MISMATCH` for other
 * content than described.
 */
export async function readBlob(
  source: ContentSource,
  descriptor: Descriptor,
  maxBytes: number,
  options: CallOptions = {},
): Promise<Uint8Array> {
  const { digest, size } = descriptor;
  if (size > maxBytes) {
    throw new OciError(`blob ${digest} of ${source.name} is ${size} bytes long, more than ${maxBytes}`, {
      code: 'OCI_TOO_LARGE',
    });
  }
  const chunks: Uint8Array[] = [];
  let received = 0;
  for await (const chunk of await source.fetchBlob(descriptor, options)) {
    const bytes = chunk as Uint8Array;
    received += bytes.byteLength;
    // Stops an endless body: everything after the described size is wrong anyway.
    if (received > size) break;
    chunks.push(bytes);
  }
  if (received !== size) {
    throw new OciError(`blob ${digest} of ${source.name} is not ${size} bytes long`, {
      code: 'OCI_SIZE_MISMATCH',
    });
  }
  const content = Buffer.concat(chunks);
  if (digestOf(content, digestAlgorithm(digest)) !== digest) {
    throw new OciError(`blob ${digest} of ${source.name} has other content`, { code: 'OCI_DIGEST_MISMATCH' });
  }
  return content;
}
