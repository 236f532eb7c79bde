import { posix } from 'node:path';

import { HelmTemplateError } from '../errors.js';
import { compareStrings } from '../go/byte-string.js';
import { GoInt, GoMap, type GoValue } from '../go/value.js';
import { formatFloat32 } from '../yaml/construct.js';
import { readYamlTyped } from '../yaml/read.js';
import { YamlError } from '../yaml/yaml-error.js';

/** What Helm reads of a document to sort it. */
export interface ManifestHead {
  readonly apiVersion: string;
  readonly kind: string;
  readonly name: string;
  readonly annotations: ReadonlyMap<string, string>;
}

export interface Manifest {
  /** Name of the template file. */
  readonly template: string;
  readonly text: string;
  readonly head: ManifestHead;
  /** Empty for what is no hook. */
  readonly hookEvents: readonly string[];
}

const HOOK_ANNOTATION = 'helm.sh/hook';
const HOOK_EVENTS: ReadonlyMap<string, string> = new Map([
  ...['pre', 'post'].flatMap((when) =>
    ['install', 'delete', 'upgrade', 'rollback'].map((what): [string, string] => [
      `${when}-${what}`,
      `${when}-${what}`,
    ]),
  ),
  ['test', 'test'],
  // Support for test-success is the older spelling.
  ['test-success', 'test'],
]);

/** Helm's order of installing; kinds that are not here come last, by name. */
const INSTALL_ORDER: ReadonlyMap<string, number> = new Map(
  `PriorityClass Namespace NetworkPolicy ResourceQuota LimitRange PodSecurityPolicy PodDisruptionBudget
   ServiceAccount Secret SecretList ConfigMap StorageClass PersistentVolume PersistentVolumeClaim
   CustomResourceDefinition ClusterRole ClusterRoleList ClusterRoleBinding ClusterRoleBindingList Role RoleList
   RoleBinding RoleBindingList Service DaemonSet Pod ReplicationController ReplicaSet Deployment
   HorizontalPodAutoscaler StatefulSet Job CronJob IngressClass Ingress APIService MutatingWebhookConfiguration
   ValidatingWebhookConfiguration`
    .split(/\s+/)
    .map((kind, index) => [kind, index]),
);

/**
 * Splits rendered files into documents and sorts them as `helm install` would apply them.
 *
 * @param files - output by template name
 * @param read - reads a document's head, as {@link readHead} does
 * @throws HelmTemplateError `HELM_MANIFEST_INVALID` where a document is not YAML, or has no usable head
 */
export function sortManifests(
  files: ReadonlyMap<string, string>,
  read: (text: string, template: string) => ManifestHead,
): {
  readonly manifests: readonly Manifest[];
  readonly hooks: readonly Manifest[];
} {
  const manifests: Manifest[] = [];
  const hooks: Manifest[] = [];
  for (const [template, content] of [...files].sort(([a], [b]) => compareStrings(a, b))) {
    if (posix.basename(template).startsWith('_') || content.trim() === '') continue;
    for (const text of splitManifests(content)) {
      const head = read(text, template);
      const hook = head.annotations.get(HOOK_ANNOTATION);
      if (hook === undefined) {
        manifests.push({ template, text, head, hookEvents: [] });
        continue;
      }
      const events = hook.split(',').map((event) => HOOK_EVENTS.get(event.trim().toLowerCase()));
      // Helm leaves out a document with an event that it doesn't know.
      const known = events.filter((event) => event !== undefined);
      if (known.length === events.length) hooks.push({ template, text, head, hookEvents: known });
    }
  }
  return { manifests: manifests.sort(byInstallOrder), hooks: hooks.sort(byInstallOrder) };
}

/**
 * The documents of a YAML stream as text, without the white space around them and without empty ones. Helm's rule
 * for what separates them: `---` at the start of a line, with all white space before and after it. A second `---`
 * that follows with nothing but white space between is not seen, and stays with its document.
 */
export function splitManifests(text: string): string[] {
  const stream = text.trim();
  const documents: string[] = [];
  let start = 0;
  let from = 0;
  if (stream.startsWith('---')) {
    start = skipSpace(stream, 3);
    from = start;
  }
  for (let found = stream.indexOf('\n---', from); found !== -1; found = stream.indexOf('\n---', from)) {
    documents.push(stream.slice(start, found).trim());
    start = skipSpace(stream, found + 4);
    from = start;
  }
  documents.push(stream.slice(start).trim());
  return documents.filter((document) => document !== '');
}

function skipSpace(text: string, from: number): number {
  let index = from;
  while (index < text.length && ' \t\r\n\f'.includes(text.charAt(index))) index += 1;
  return index;
}

function byInstallOrder({ head: { kind: a } }: Manifest, { head: { kind: b } }: Manifest): number {
  const left = INSTALL_ORDER.get(a);
  const right = INSTALL_ORDER.get(b);
  if (left === undefined && right === undefined) return compareStrings(a, b);
  return (left ?? INSTALL_ORDER.size) - (right ?? INSTALL_ORDER.size);
}

/** Reads what Helm needs of a document. Types are converted as sigs.k8s.io/yaml does for string fields. */
export function readHead(text: string, template: string): ManifestHead {
  const fail = (problem: string, cause?: unknown): HelmTemplateError =>
    new HelmTemplateError('HELM_MANIFEST_INVALID', `YAML parse error on ${template}: ${problem}`, {
      template,
      cause,
    });
  let root: GoValue;
  try {
    root = readYamlTyped(text);
  } catch (error) {
    if (error instanceof YamlError) throw fail(error.message, error);
    throw error;
  }
  const metadata = field(root, 'metadata');
  const annotations = field(metadata, 'annotations');
  return {
    apiVersion: toText(field(root, 'apiVersion')),
    kind: toText(field(root, 'kind')),
    name: toText(field(metadata, 'name')),
    annotations: new Map([...tableOf(annotations)].map(([key, value]) => [key, toText(value)])),
  };

  function field(value: GoValue, name: string): GoValue {
    const table = tableOf(value);
    const exact = table.get(name);
    if (exact !== undefined) return exact;
    // encoding/json takes a key in any case.
    for (const [key, item] of table) if (key.toLowerCase() === name.toLowerCase()) return item;
    return null;
  }

  function tableOf(value: GoValue): ReadonlyMap<string, GoValue> {
    if (value === null) return new Map();
    if (value instanceof GoMap) return value.entries;
    throw fail('a value has the wrong type, a map is needed');
  }

  function toText(value: GoValue): string {
    if (value === null) return '';
    if (typeof value === 'string') return value;
    if (typeof value === 'boolean') return String(value);
    if (typeof value === 'number') return formatFloat32(value);
    if (value instanceof GoInt) return String(value.value);
    throw fail('a value has the wrong type, text is needed');
  }
}
