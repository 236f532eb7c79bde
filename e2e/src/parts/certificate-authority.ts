import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { runOrThrow } from './run-command.js';

/** A certificate with its key, both PEM files. */
export interface Certificate {
  readonly certificateFile: string;
  readonly keyFile: string;
}

/** A private CA that lives as long as its folder. */
export interface CertificateAuthority {
  /** PEM file to trust. */
  readonly caFile: string;
  /** A server certificate for DNS names and IP addresses. */
  issue(names: readonly string[]): Promise<Certificate>;
}

/** Makes a private CA in a folder, with the openssl program. */
export async function makeCertificateAuthority(folder: string): Promise<CertificateAuthority> {
  const caFile = join(folder, 'ca.pem');
  const caKey = join(folder, 'ca.key');
  await openssl(`req -x509 ${ellipticKey} -nodes -days 2 -addext basicConstraints=critical,CA:TRUE`, {
    subj: '/CN=oci-sync e2e',
    keyout: caKey,
    out: caFile,
  });
  let issued = 0;
  return {
    caFile,
    issue: async (names) => {
      issued += 1;
      const file = (extension: string): string => join(folder, `server-${issued}.${extension}`);
      const isAddress = (name: string): boolean => /^[\d.]+$|:/.test(name);
      const subjects = names.map((name) => `${isAddress(name) ? 'IP' : 'DNS'}:${name}`);
      writeFileSync(file('cnf'), `subjectAltName=${subjects.join(',')}\nextendedKeyUsage=serverAuth\n`);
      await openssl(`req ${ellipticKey} -nodes`, {
        subj: '/CN=registry',
        keyout: file('key'),
        out: file('csr'),
      });
      await openssl('x509 -req -days 2 -CAcreateserial', {
        in: file('csr'),
        CA: caFile,
        CAkey: caKey,
        extfile: file('cnf'),
        out: file('pem'),
      });
      return { certificateFile: file('pem'), keyFile: file('key') };
    },
  };
}

/** A self-signed RSA certificate, as distribution's token authentication wants for its issuer. */
export async function makeSigningCertificate(folder: string): Promise<Certificate> {
  const certificateFile = join(folder, 'issuer.pem');
  const keyFile = join(folder, 'issuer.key');
  await openssl('req -x509 -newkey rsa:2048 -nodes -days 2', {
    subj: '/CN=issuer',
    keyout: keyFile,
    out: certificateFile,
  });
  return { certificateFile, keyFile };
}

const ellipticKey = '-newkey ec -pkeyopt ec_paramgen_curve:P-256';

/** Flags without spaces as one text, those with paths and names apart. */
async function openssl(flags: string, named: Readonly<Record<string, string>>): Promise<void> {
  const rest = Object.entries(named).flatMap(([name, value]) => [`-${name}`, value]);
  await runOrThrow('openssl', [...flags.split(' '), ...rest]);
}
