import { readFileSync } from 'node:fs';
import tls, { createSecureContext, rootCertificates, type SecureContext } from 'node:tls';
import { OciError } from '../errors/oci-error.js';
import type { HostTlsOptions } from './http-options.js';

/** What {@link createTlsMaterial} chooses from. */
export interface TlsMaterialOptions {
  readonly ca: readonly string[];
  readonly byHost: ReadonlyMap<string, HostTlsOptions>;
  /** Value of `NODE_EXTRA_CA_CERTS`; Node 20 does not say what it read from there. */
  readonly nodeExtraCaFile: string | undefined;
}

/**
 * The secure context for a host, the same for all of its connections: Node would make a new one for each. Without extra
 * CAs Node's defaults hold (its own CAs, the system's if Node was told to use them); extra ones are added to those, never
 * put in their place. A client certificate is for the one host it is named for.
 * @throws OciError `OCI_INVALID_OPTION` when a certificate or key cannot be read.
 */
export function createTlsMaterial(options: TlsMaterialOptions): (host: string) => SecureContext {
  const contexts = new Map<HostTlsOptions | undefined, SecureContext>();
  return (host) => {
    const own = options.byHost.get(host);
    const known = contexts.get(own);
    if (known !== undefined) return known;
    const context = secureContext(host, [...options.ca, ...(own?.ca ?? [])], own, options.nodeExtraCaFile);
    contexts.set(own, context);
    return context;
  };
}

function secureContext(
  host: string,
  ca: readonly string[],
  own: HostTlsOptions | undefined,
  nodeExtraCaFile: string | undefined,
): SecureContext {
  try {
    return createSecureContext({
      ...(ca.length === 0 ? {} : { ca: [...defaultCertificates(nodeExtraCaFile), ...ca] }),
      ...(own?.cert === undefined ? {} : { cert: own.cert }),
      ...(own?.key === undefined ? {} : { key: own.key }),
      ...(own?.passphrase === undefined ? {} : { passphrase: own.passphrase }),
    });
  } catch (cause) {
    throw new OciError(`the CA or client certificate for ${host} cannot be read`, {
      code: 'OCI_INVALID_OPTION',
      hint: 'certificates and keys are given in PEM form',
      cause,
    });
  }
}

interface NewerTls {
  readonly getCACertificates: (type: 'default') => readonly string[];
}

/** The CAs Node trusts by default; giving any of our own would replace them. */
function defaultCertificates(nodeExtraCaFile: string | undefined): readonly string[] {
  // Not in Node 20.
  if ('getCACertificates' in tls) return (tls as NewerTls).getCACertificates('default');
  if (nodeExtraCaFile === undefined || nodeExtraCaFile === '') return rootCertificates;
  try {
    return [...rootCertificates, readFileSync(nodeExtraCaFile, 'utf8')];
  } catch {
    // Node itself only warns about a file it cannot read.
    return rootCertificates;
  }
}
