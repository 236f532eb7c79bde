import { HelmTemplateError } from '../errors.js';
import { type GoMethod, type GoObject, GoSlice, type GoValue } from '../go/value.js';
import type { JsonGoObject } from '../yaml/json-encode.js';

/** The cluster that Helm 4.1.4 assumes when it has none. */
const DEFAULT_KUBE_VERSION = 'v1.35.0';

/** The Helm whose behaviour this package has: what `.Capabilities.HelmVersion` says. */
const HELM_VERSION: ReadonlyMap<string, string> = new Map([
  ['Version', 'v4.1.4'],
  ['GitCommit', '05fa37973dc9e42b76e1d2883494c87174b6074f'],
  ['GitTreeState', 'clean'],
  ['GoVersion', 'go1.25.9'],
  ['KubeClientVersion', 'v1.35'],
]);
const HELM_VERSION_JSON_NAMES: ReadonlyMap<string, string> = new Map([
  ['Version', 'version'],
  ['GitCommit', 'git_commit'],
  ['GitTreeState', 'git_tree_state'],
  ['GoVersion', 'go_version'],
  ['KubeClientVersion', 'kube_client_version'],
]);

/** The API versions that Helm 4.1.4 knows without a cluster, in its order. */
const DEFAULT_API_VERSIONS: readonly string[] = [
  'v1',
  ...group('admissionregistration.k8s.io', 'v1 v1alpha1 v1beta1'),
  ...group('internal.apiserver.k8s.io', 'v1alpha1'),
  ...group('apps', 'v1 v1beta1 v1beta2'),
  ...group('authentication.k8s.io', 'v1 v1alpha1 v1beta1'),
  ...group('authorization.k8s.io', 'v1 v1beta1'),
  ...group('autoscaling', 'v1 v2 v2beta1 v2beta2'),
  ...group('batch', 'v1 v1beta1'),
  ...group('certificates.k8s.io', 'v1 v1beta1 v1alpha1'),
  ...group('coordination.k8s.io', 'v1alpha2 v1beta1 v1'),
  ...group('discovery.k8s.io', 'v1 v1beta1'),
  ...group('events.k8s.io', 'v1 v1beta1'),
  ...group('extensions', 'v1beta1'),
  ...group('flowcontrol.apiserver.k8s.io', 'v1 v1beta1 v1beta2 v1beta3'),
  ...group('networking.k8s.io', 'v1 v1beta1'),
  ...group('node.k8s.io', 'v1 v1alpha1 v1beta1'),
  ...group('policy', 'v1 v1beta1'),
  ...group('rbac.authorization.k8s.io', 'v1 v1beta1 v1alpha1'),
  ...group('resource.k8s.io', 'v1 v1beta2 v1beta1 v1alpha3'),
  ...group('scheduling.k8s.io', 'v1alpha1 v1beta1 v1'),
  ...group('storage.k8s.io', 'v1beta1 v1 v1alpha1'),
  ...group('storagemigration.k8s.io', 'v1beta1'),
  ...group('apiextensions.k8s.io', 'v1beta1 v1'),
];

function group(name: string, versions: string): string[] {
  return versions.split(' ').map((version) => `${name}/${version}`);
}

/** A cluster version as `--kube-version` gives it. */
export interface KubeVersion {
  /** As given, with a leading `v`. */
  readonly version: string;
  /** Numbers only, as the chart's `kubeVersion` is checked against. */
  readonly normalized: string;
  readonly major: string;
  readonly minor: string;
}

/**
 * Reads a Kubernetes version: two numbers at least, anything behind them.
 *
 * @throws HelmTemplateError `HELM_OPTION_INVALID`
 */
export function parseKubeVersion(text: string = DEFAULT_KUBE_VERSION): KubeVersion {
  const numbers = /^[\t\n\f\r ]*v?([0-9]+(?:\.[0-9]+)*)/.exec(text)?.[1];
  const components = numbers?.split('.') ?? [];
  const [major, minor] = components;
  const leadingZero = major !== undefined && major !== '0' && major.startsWith('0');
  if (major === undefined || minor === undefined || leadingZero) {
    throw new HelmTemplateError('HELM_OPTION_INVALID', `invalid kube version '${text}'`, {
      hint: 'give a version such as 1.31 or v1.31.2',
    });
  }
  const plain = components.map((component) => String(BigInt(component)));
  return {
    version: `v${text.replace(/^v/, '')}`,
    normalized: `v${plain.join('.')}`,
    major: plain[0] ?? '',
    minor: plain[1] ?? '',
  };
}

/** What templates see as `.Capabilities`. `extraApiVersions` come after Helm's own. */
export function createCapabilities(kubeVersion: KubeVersion, extraApiVersions: readonly string[]): GoObject {
  const apiVersions = [...DEFAULT_API_VERSIONS, ...extraApiVersions];
  const known = new Set(apiVersions);
  return struct('*common.Capabilities', 'ptr', [
    ['KubeVersion', kubeVersionObject(kubeVersion)],
    [
      'APIVersions',
      {
        goObject: true,
        typeName: 'common.VersionSet',
        kind: 'slice',
        fields: new Map(),
        methods: new Map([
          [
            'Has',
            { parameters: ['string'], call: (version) => typeof version === 'string' && known.has(version) },
          ],
        ]),
        elements: new GoSlice(apiVersions, '[]string'),
      },
    ],
    ['HelmVersion', helmVersionObject()],
  ]);
}

function kubeVersionObject({ version, normalized, major, minor }: KubeVersion): GoObject {
  return {
    ...struct('common.KubeVersion', 'struct', [
      ['Version', version],
      ['Major', major],
      ['Minor', minor],
    ]),
    methods: new Map<string, GoMethod>([
      ['String', { parameters: [], call: () => normalized }],
      ['GitVersion', { parameters: [], call: () => version }],
    ]),
    toGoString: () => normalized,
  };
}

function helmVersionObject(): JsonGoObject {
  return {
    ...struct('version.BuildInfo', 'struct', HELM_VERSION),
    jsonFields: () =>
      new Map([...HELM_VERSION].map(([name, value]) => [HELM_VERSION_JSON_NAMES.get(name) ?? name, value])),
  };
}

function struct(
  typeName: string,
  kind: 'struct' | 'ptr',
  fields: Iterable<readonly [string, GoValue]>,
): GoObject {
  return { goObject: true, typeName, kind, fields: new Map(fields), methods: new Map() };
}
