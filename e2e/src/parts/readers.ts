import { createHash } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { partsProgram } from './parts-folder.js';
import { runOrThrow } from './run-command.js';

/** What a client saw of one reference. */
export interface ReadContent {
  /** The root's digest, as the client tells it. */
  readonly digest: string;
  /** The root's bytes, as the client prints them. */
  readonly root: Buffer;
  /** Everything it downloaded: sha256 digest of the bytes -> size. */
  readonly downloaded: ReadonlyMap<string, number>;
}

/** A client of other makers that reads back what was copied. `folder` is an empty one to work in. */
export interface Reader {
  readonly name: string;
  read(reference: string, folder: string): Promise<ReadContent>;
  readLayout(tagged: TaggedLayout, folder: string): Promise<ReadContent>;
}

/** A tag in an OCI image layout. */
export interface TaggedLayout {
  readonly layout: string;
  readonly tag: string;
  /** The same content in a plain-HTTP registry, for clients that cannot read it in a layout. */
  readonly scratch: string;
  /** Whether its media types are docker's. */
  readonly isDocker: boolean;
}

/** Has crane, which reads no layouts, push the only image of one to a plain-HTTP registry. */
export async function pushLayout(layout: string, reference: string): Promise<void> {
  await runOrThrow(partsProgram('crane'), ['push', layout, reference]);
}

/** Credentials and trust for readers of protected registries. */
export interface ReaderAccess {
  /** `user:password` */
  readonly credentials?: string | undefined;
  /** PEM file of a private CA; without it the registry speaks plain HTTP. */
  readonly caFile?: string | undefined;
}

/** skopeo, crane and regctl. References are `127.0.0.1:PORT/repository:tag`. */
export function makeReaders(access: ReaderAccess = {}): readonly Reader[] {
  return [skopeoReader(access), craneReader(access), regctlReader(access)];
}

function skopeoReader(access: ReaderAccess): Reader {
  const read = async (source: string, folder: string, flags: Flags): Promise<ReadContent> => {
    const policy = join(folder, 'policy.json');
    writeFileSync(policy, '{"default":[{"type":"insecureAcceptAnything"}]}');
    const root = await runOrThrow('skopeo', ['inspect', '--raw', ...flags(''), source]);
    const target = join(folder, 'content');
    const copy = ['--policy', policy, 'copy', '--all', '--preserve-digests'];
    await runOrThrow('skopeo', [...copy, ...flags('src-'), source, `dir:${target}`]);
    return { digest: sha256(root), root, downloaded: hashFiles(target) };
  };
  return {
    name: 'skopeo',
    read: (reference, folder) => read(`docker://${reference}`, folder, skopeoFlags(folder, access)),
    readLayout: ({ layout, tag, scratch, isDocker }, folder) =>
      // Its layouts hold OCI media types only.
      isDocker
        ? read(`docker://${scratch}`, folder, skopeoFlags(folder, {}))
        : read(`oci:${layout}:${tag}`, folder, () => []),
  };
}

/** Flags for one side of a skopeo command: `''` or `src-`. */
type Flags = (side: string) => readonly string[];

function skopeoFlags(folder: string, access: ReaderAccess): Flags {
  const certificates = trustFolder(folder, access);
  return (side) => [
    certificates === undefined ? `--${side}tls-verify=false` : `--${side}cert-dir=${certificates}`,
    ...(access.credentials === undefined ? [] : [`--${side}creds=${access.credentials}`]),
  ];
}

function craneReader(access: ReaderAccess): Reader {
  const crane = partsProgram('crane');
  const read = async (reference: string, folder: string): Promise<ReadContent> => {
    const env = {
      ...process.env,
      DOCKER_CONFIG: dockerConfig(folder, reference, access),
      ...(access.caFile === undefined ? {} : { SSL_CERT_FILE: access.caFile }),
    };
    const target = join(folder, 'content');
    const digest = (await runOrThrow(crane, ['digest', reference], { env })).toString().trim();
    const root = await runOrThrow(crane, ['manifest', reference], { env });
    await runOrThrow(crane, ['pull', '--format=oci', reference, target], { env });
    return { digest, root, downloaded: hashFiles(target) };
  };
  return {
    name: 'crane',
    read,
    readLayout: ({ scratch }, folder) => read(scratch, folder),
  };
}

function regctlReader(access: ReaderAccess): Reader {
  const regctl = partsProgram('regctl');
  const read = async (reference: string, folder: string, hosts: object): Promise<ReadContent> => {
    const config = join(folder, 'regctl.json');
    writeFileSync(config, JSON.stringify({ hosts }));
    const env = { ...process.env, REGCTL_CONFIG: config, HOME: folder };
    const target = join(folder, 'content');
    const digest = (await runOrThrow(regctl, ['image', 'digest', reference], { env })).toString().trim();
    const root = await runOrThrow(regctl, ['manifest', 'get', '--format', 'raw-body', reference], { env });
    await runOrThrow(regctl, ['image', 'copy', reference, `ocidir://${target}:read`], { env });
    return { digest, root, downloaded: hashFiles(target) };
  };
  return {
    name: 'regctl',
    read: (reference, folder) => read(reference, folder, { [hostOf(reference)]: regctlHost(access) }),
    readLayout: ({ layout, tag }, folder) => read(`ocidir://${layout}:${tag}`, folder, {}),
  };
}

function regctlHost({ credentials, caFile }: ReaderAccess): object {
  const [user, pass] = credentials?.split(':') ?? [];
  return {
    tls: caFile === undefined ? 'disabled' : 'enabled',
    ...(caFile === undefined ? {} : { regcert: readFileSync(caFile, 'utf8') }),
    ...(user === undefined ? {} : { user, pass }),
  };
}

/** crane finds credentials in a docker config; the folder is new, so nothing else is in it. */
function dockerConfig(folder: string, reference: string, { credentials }: ReaderAccess): string {
  const auth = credentials === undefined ? undefined : Buffer.from(credentials).toString('base64');
  const auths = auth === undefined ? {} : { [hostOf(reference)]: { auth } };
  writeFileSync(join(folder, 'config.json'), JSON.stringify({ auths }));
  return folder;
}

function trustFolder(folder: string, { caFile }: ReaderAccess): string | undefined {
  if (caFile === undefined) return undefined;
  const certificates = join(folder, 'certificates');
  mkdirSync(certificates);
  writeFileSync(join(certificates, 'ca.crt'), readFileSync(caFile));
  return certificates;
}

function hostOf(reference: string): string {
  return reference.slice(0, reference.indexOf('/'));
}

/** What refers to a manifest. */
export interface ReadReferrers {
  /** Digests in the list of referrers, API or fallback tag. */
  readonly listed: readonly string[];
  /** The manifest with its referrers and digest tags: sha256 digest of the bytes -> size. */
  readonly downloaded: ReadonlyMap<string, number>;
}

/** What regctl lists and downloads for a reference; `folder` is an empty one. */
export async function readReferrersWithRegctl(
  reference: string,
  folder: string,
  access: ReaderAccess,
): Promise<ReadReferrers> {
  const regctl = partsProgram('regctl');
  const config = join(folder, 'regctl.json');
  writeFileSync(config, JSON.stringify({ hosts: { [hostOf(reference)]: regctlHost(access) } }));
  const env = { ...process.env, REGCTL_CONFIG: config, HOME: folder };
  const format = '{{range .Descriptors}}{{.Digest}} {{end}}';
  const list = await runOrThrow(regctl, ['artifact', 'list', '--format', format, reference], { env });
  const target = join(folder, 'content');
  const copy = ['image', 'copy', '--referrers', '--digest-tags'];
  await runOrThrow(regctl, [...copy, reference, `ocidir://${target}:read`], { env });
  return { listed: list.toString().trim().split(' '), downloaded: hashFiles(target) };
}

/** Every file below a folder by the digest of its bytes. */
export function hashFiles(folder: string): Map<string, number> {
  const found = new Map<string, number>();
  for (const entry of readdirSync(folder, { withFileTypes: true, recursive: true })) {
    if (!entry.isFile()) continue;
    const bytes = readFileSync(join(entry.parentPath, entry.name));
    found.set(sha256(bytes), bytes.length);
  }
  return found;
}

function sha256(bytes: Buffer): string {
  return `sha256:${createHash('sha256').update(bytes).digest('hex')}`;
}
