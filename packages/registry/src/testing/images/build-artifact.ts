import { gzipSync } from 'node:zlib';
import { referenceTo } from './build-image.js';
import { createTar } from './tar.js';
import {
  testBlob,
  testManifest,
  type TestBlob,
  type TestDescriptor,
  type TestImage,
} from './test-content.js';

const manifestType = 'application/vnd.oci.image.manifest.v1+json';

/** What `buildArtifact` makes. */
export interface ArtifactSpec {
  /** @default "application/vnd.example.artifact.v1" */
  readonly artifactType?: string | undefined;
  /** What the artifact is about: makes it a referrer. */
  readonly subject?: TestDescriptor | undefined;
  readonly annotations?: Readonly<Record<string, string>> | undefined;
  /** Content of its layers. @default one layer with the text "artifact" */
  readonly files?: readonly { readonly mediaType: string; readonly bytes: Buffer }[] | undefined;
}

/** An OCI 1.1 artifact: an image manifest with `artifactType` and the empty JSON config `{}`. */
export function buildArtifact(spec: ArtifactSpec = {}): TestImage {
  const { artifactType = 'application/vnd.example.artifact.v1', annotations } = spec;
  const files = spec.files ?? [{ mediaType: 'text/plain', bytes: Buffer.from('artifact') }];
  const config = testBlob(Buffer.from('{}'), 'application/vnd.oci.empty.v1+json');
  const layers = files.map(({ mediaType, bytes }) => testBlob(bytes, mediaType));
  return testManifest(
    {
      schemaVersion: 2,
      mediaType: manifestType,
      artifactType,
      config: config.descriptor,
      layers: layers.map(({ descriptor }) => descriptor),
      ...(spec.subject ? { subject: referenceTo(spec.subject) } : {}),
      ...(annotations ? { annotations } : {}),
    },
    { mediaType: manifestType, blobs: [config, ...layers], described: { artifactType } },
  );
}

/** What `buildHelmChart` makes. */
export interface HelmChartSpec {
  /** @default "demo" */
  readonly name?: string | undefined;
  /** @default "0.1.0" */
  readonly version?: string | undefined;
  /** Files below the chart's folder besides Chart.yaml, by path. */
  readonly files?: Readonly<Record<string, string>> | undefined;
}

/** A Helm chart as `helm push` stores it: config of Helm's type and the packaged chart as its only layer. */
export function buildHelmChart(spec: HelmChartSpec = {}): TestImage {
  const { name = 'demo', version = '0.1.0', files = { 'values.yaml': 'replicas: 1\n' } } = spec;
  const chartYaml = `apiVersion: v2\nname: ${name}\nversion: ${version}\n`;
  const packaged = Object.entries({ 'Chart.yaml': chartYaml, ...files }).map(([path, text]) => ({
    path: `${name}/${path}`,
    bytes: Buffer.from(text),
  }));
  const config = jsonBlob({ name, version, apiVersion: 'v2' }, 'application/vnd.cncf.helm.config.v1+json');
  const layer = testBlob(
    gzipSync(createTar(packaged)),
    'application/vnd.cncf.helm.chart.content.v1.tar+gzip',
  );
  return testManifest(
    {
      schemaVersion: 2,
      mediaType: manifestType,
      config: config.descriptor,
      layers: [layer.descriptor],
      annotations: {
        'org.opencontainers.image.title': name,
        'org.opencontainers.image.version': version,
      },
    },
    { mediaType: manifestType, blobs: [config, layer] },
  );
}

function jsonBlob(value: unknown, mediaType: string): TestBlob {
  return testBlob(Buffer.from(JSON.stringify(value)), mediaType);
}
