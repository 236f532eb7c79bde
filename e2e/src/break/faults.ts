import type { Change } from './workspace-copy.js';

/** One thing broken, and the rows that have to notice. */
export interface Fault {
  /** What is broken, for people. */
  readonly name: string;
  readonly changes: readonly Change[];
  /** Test files, as a filter of vitest. */
  readonly tests: string;
  /** Regular expression over full test names; every test that matches has to fail. */
  readonly rows: string;
}

const client = 'oci-client/dist';

function change(file: string, find: string, replace: string): Change {
  return { file, find, replace };
}

/** Rows of copying between registries and layouts: one fault for a kind of content, over all sides. */
const content: readonly Fault[] = [
  {
    name: 'the last layer of an image is not copied',
    changes: [
      change(
        `${client}/content/manifest.js`,
        "layers: readDescriptors(body['layers'], 'layers')",
        "layers: readDescriptors(body['layers'], 'layers').slice(0, -1)",
      ),
    ],
    tests: 'src/copy',
    rows: "'single image'$",
  },
  {
    name: 'only the first manifest of an index is followed',
    changes: [
      change(
        `${client}/plan/walk-content.js`,
        'isManifestType(child.mediaType) && walk.follow(child))',
        'isManifestType(child.mediaType) && walk.follow(child)).slice(0, 1)',
      ),
    ],
    tests: 'src/copy',
    rows: "'multi-arch index'$",
  },
  {
    name: 'platforms are compared by os alone',
    changes: [
      change(
        `${client}/content/platform.js`,
        'a.os === b.os && a.architecture === b.architecture && a.variant === b.variant',
        'a.os === b.os',
      ),
    ],
    tests: 'src/copy',
    rows: "'platform filter of one'$",
  },
  {
    name: 'an index keeps the entries that a filter dropped',
    changes: [
      change(
        `${client}/content/manifest.js`,
        "if (each === 'drop' || each === undefined)\n            return [];",
        "if (each === 'drop')\n            return [entry];\n        if (each === undefined)\n            return [];",
      ),
    ],
    tests: 'src/copy',
    rows: 'platform filter of two$',
  },
  {
    name: 'docker media types are pushed as OCI types',
    changes: [
      change(
        `${client}/copy/push-content.js`,
        'destination.pushManifest(node.content, {',
        "destination.pushManifest({ ...node.content, mediaType: node.content.mediaType.replace('docker.distribution.manifest.list.v2', 'oci.image.index.v1') }, {",
      ),
    ],
    tests: 'src/copy',
    rows: "'Docker media types'$",
  },
  {
    name: 'layers of types that no image has are not copied',
    changes: [
      change(
        `${client}/content/manifest.js`,
        "layers: readDescriptors(body['layers'], 'layers')",
        "layers: readDescriptors(body['layers'], 'layers').filter((layer) => /image/.test(layer.mediaType))",
      ),
    ],
    tests: 'src/copy',
    rows: "('artifact'|'Helm chart')$",
  },
  {
    name: 'referrers are not looked for',
    changes: [change(`${client}/copy/copy-content.js`, 'request.referrers ? await', 'false ? await')],
    tests: 'src/copy',
    rows: 'referrers$',
  },
  {
    name: 'a tag list ends with its first page',
    changes: [
      change(`${client}/registry/tags.js`, 'if (link !== undefined) {', 'if (false) {'),
      change(`${client}/registry/tags.js`, 'else if (sized &&', 'else if (false &&'),
    ],
    tests: 'src/copy',
    rows: '(distribution 3|crane|embedded).* lists tags 1 200 of them$',
  },
  {
    // It gives all tags in one page.
    name: 'a page of tags is cut at a thousand',
    changes: [
      change(
        `${client}/registry/tags.js`,
        'for (const tag of tags) {',
        'for (const tag of tags.slice(0, 1000)) {',
      ),
    ],
    tests: 'src/copy',
    rows: 'distribution 2.8 lists tags 1 200 of them$',
  },
  {
    name: 'tags of a layout are cut at a thousand',
    changes: [
      change(
        `${client}/layout/open-layout.js`,
        'return new Set(names.filter((name) => name !== undefined && isTag(name)));',
        'return new Set(names.filter((name) => name !== undefined && isTag(name)).slice(0, 1000));',
      ),
    ],
    tests: 'src/copy/layout',
    rows: 'layout lists tags 1 200 of them$',
  },
];

/** Rows of registries with authentication or TLS, and of hosts by name. */
const access: readonly Fault[] = [
  {
    name: 'credentials from files are not used',
    changes: [
      change(
        `${client}/auth/authenticator.js`,
        'authorization: authorization.header',
        'authorization: undefined',
      ),
    ],
    tests: 'src/copy/protected',
    rows: '(htpasswd|token), .* as (source|destination)$',
  },
  {
    name: 'extra CA files are ignored',
    changes: [
      change(`${client}/transport/tls-material.js`, '...(ca.length === 0 ? {} : {', '...(true ? {} : {'),
    ],
    tests: 'src/copy/protected',
    rows: 'TLS with .* as (source|destination)$',
  },
  {
    name: 'failures exit with 0',
    changes: [
      change('cli/dist/exit-codes.js', 'failed: 1,', 'failed: 0,'),
      change('cli/dist/exit-codes.js', 'credentials: 3,', 'credentials: 0,'),
    ],
    tests: 'src/copy/protected',
    rows: 'refuses those who bring nothing$',
  },
  {
    name: 'one-word names of Docker Hub are not official images',
    changes: [
      change(
        `${client}/reference/parse-reference.js`,
        "const officialImages = 'library/';",
        "const officialImages = 'libraries/';",
      ),
    ],
    tests: 'src/copy/named-hosts',
    rows: 'Docker Hub',
  },
  {
    name: 'proxies are ignored',
    changes: [
      change(
        `${client}/transport/proxy.js`,
        'export function proxyFromEnvironment(environment) {',
        'export function proxyFromEnvironment() {\n    const environment = {};',
      ),
    ],
    tests: 'src/copy/named-hosts',
    rows: '(GHCR|GAR)',
  },
  {
    name: 'missing repositories are not created',
    changes: [
      change(
        `${client}/copy/with-repository.js`,
        'if (creator === undefined || rules === undefined) {',
        'if (true) {',
      ),
    ],
    tests: 'src/copy/named-hosts',
    rows: 'ECR',
  },
];

/** Rows of mounts, unchanged images and unpacking. */
const economy: readonly Fault[] = [
  {
    name: 'mounts are not tried',
    changes: [change(`${client}/registry/uploads.js`, 'mount !== undefined && mayMount ?', 'false ?')],
    tests: 'src/copy/mounts',
    rows: '(distribution|embedded)',
  },
  {
    name: "a mount's 202 is taken for success",
    changes: [
      change(
        `${client}/registry/uploads.js`,
        'if (response.status === 201) {',
        'if (response.status === 201 || response.status === 202) {',
      ),
    ],
    tests: 'src/copy/mounts',
    rows: 'crane',
  },
  {
    name: 'the source is read although the destination has it',
    changes: [
      change(
        `${client}/plan/plan-content.js`,
        'async () => planFromSource(request, present)',
        'async () => planFromSource(request, undefined)',
      ),
    ],
    tests: 'src/copy/unchanged',
    rows: 'the second time$',
  },
  {
    name: 'nothing is read from the cache',
    changes: [
      change(
        `${client}/plan/walk-content.js`,
        'const cached = await cache?.read(descriptor.digest);',
        'const cached = undefined;',
      ),
    ],
    tests: 'src/copy/unchanged',
    rows: 'for one platform too',
  },
  {
    name: 'a layout names no tags',
    changes: [change(`${client}/layout/layout-index.js`, '...(tag === undefined ? {} :', '...(true ? {} :')],
    tests: 'src/copy/unpack',
    rows: 'umoci',
  },
];

/** Rows of bad input. */
const badInput: readonly Fault[] = [
  {
    name: 'usage errors exit with 1',
    changes: [change('cli/dist/exit-codes.js', 'usage: 2,', 'usage: 1,')],
    tests: 'src/copy/bad-input',
    rows: 'malformed$',
  },
  {
    name: 'a network that fails counts as credentials that fail',
    changes: [
      change(
        'cli/dist/output/describe-error.js',
        "return isOciError(error, 'OCI_UNAUTHORIZED')",
        "return isOciError(error, 'OCI_NETWORK') || isOciError(error, 'OCI_UNAUTHORIZED')",
      ),
    ],
    tests: 'src/copy/bad-input',
    rows: '(unknown host|nobody listens)$',
  },
  {
    name: 'what is missing counts as forbidden',
    changes: [
      change(
        `${client}/registry/registry-error.js`,
        "{ code: 'OCI_REPOSITORY_MISSING', why",
        "{ code: 'OCI_UNAUTHORIZED', why",
      ),
      change(
        `${client}/registry/registry-error.js`,
        "return { code: 'OCI_NOT_FOUND'",
        "return { code: 'OCI_UNAUTHORIZED'",
      ),
    ],
    tests: 'src/copy/bad-input',
    rows: 'a reference to a missing (repository|tag)$',
  },
  {
    name: 'any architecture will do',
    changes: [
      change(
        `${client}/content/platform.js`,
        'a.os === b.os && a.architecture === b.architecture && a.variant === b.variant',
        'a.os === b.os',
      ),
    ],
    tests: 'src/copy/bad-input',
    rows: 'without the platform$',
  },
  {
    name: 'certificates are not checked',
    changes: [
      change(
        `${client}/transport/origin-connections.js`,
        'const tls = {',
        'const tls = {\n            rejectUnauthorized: false,',
      ),
    ],
    tests: 'src/copy/bad-input',
    rows: 'nobody vouches for$',
  },
  {
    name: 'missing credentials exit with 1',
    changes: [change('cli/dist/exit-codes.js', 'credentials: 3,', 'credentials: 1,')],
    tests: 'src/copy/bad-input',
    rows: '\\(401\\)$',
  },
  {
    name: 'a denied request says nothing of it',
    changes: [
      change(`${client}/registry/registry-error.js`, "why: 'access is denied',", "why: 'it did not work',"),
      change(`${client}/registry/registry-error.js`, '(${failure.text})', ''),
    ],
    tests: 'src/copy/bad-input',
    rows: '\\(403\\)$',
  },
  {
    name: 'failures exit with 0',
    changes: [change('cli/dist/exit-codes.js', 'failed: 1,', 'failed: 0,')],
    tests: 'src/copy/bad-input',
    rows: 'read-only destination$',
  },
  {
    name: 'failures exit with 0, blobs',
    changes: [change('cli/dist/exit-codes.js', 'failed: 1,', 'failed: 0,')],
    tests: 'src/copy/bad-input',
    rows: 'with a (missing|truncated) blob$',
  },
  {
    name: 'the digest of a blob is not compared',
    changes: [change(`${client}/copy/blob-relay.js`, 'if (hex !== digestHex(digest)) {', 'if (false) {')],
    tests: 'src/copy/bad-input',
    rows: 'with a corrupted blob$',
  },
  {
    name: 'the digest of a manifest is not compared',
    changes: [
      change(
        `${client}/registry/manifests.js`,
        'if (wanted !== undefined && digest !== wanted) {',
        'if (false) {',
      ),
    ],
    tests: 'src/copy/bad-input',
    rows: 'of another digest$',
  },
  {
    name: 'manifests of any size are read',
    changes: [
      change(
        `${client}/registry/manifests.js`,
        'const largestManifest = 4 * 1024 * 1024;',
        'const largestManifest = 4 * 1024 * 1024 * 1024;',
      ),
    ],
    tests: 'src/copy/bad-input',
    rows: 'oversized manifest$',
  },
  {
    name: 'an image that is an index too is an image',
    changes: [
      change(`${client}/content/manifest.js`, "if (body['manifests'] !== undefined && (", 'if (false && ('),
      change(`${client}/content/manifest.js`, "if (body['manifests'] !== undefined)\n", 'if (false)\n'),
    ],
    tests: 'src/copy/bad-input',
    rows: 'ambiguous manifest',
  },
  {
    name: 'errors of the disk are swallowed',
    changes: [
      change(
        `${client}/layout/layout-upload.js`,
        'throw layoutError(this.#paths.root, `cannot write blob ${digest}`, error);',
        'return undefined;',
      ),
    ],
    tests: 'src/copy/bad-input',
    rows: 'full disk',
  },
  {
    name: 'SIGINT is ignored',
    changes: [change('cli/dist/main.js', 'interruption.abort(', 'void (')],
    tests: 'src/copy/bad-input',
    rows: 'SIGINT',
  },
  {
    name: 'the last layer of an image is not copied',
    changes: [
      change(
        `${client}/content/manifest.js`,
        "layers: readDescriptors(body['layers'], 'layers')",
        "layers: readDescriptors(body['layers'], 'layers').slice(0, -1)",
      ),
    ],
    tests: 'src/copy/bad-input',
    rows: 'twice at once$',
  },
];

/** Every fault, in the order they are tried. */
export const faults: readonly Fault[] = [...content, ...access, ...economy, ...badInput];
