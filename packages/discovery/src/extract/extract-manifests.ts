import { DiscoveryError } from '../errors.js';
import type { DiscoveredImage, UnresolvedImage } from '../image/discovered-image.js';
import type { ManifestProvenance } from '../image/provenance.js';
import type { ExtractedImages } from './extract-chart.js';
import { extractFromDocument } from './extract-document.js';
import { parseYamlDocuments } from '../json/yaml-documents.js';

/** Longest text of manifests, in characters: a dump of a large cluster. */
const longestManifests = 256 * 1024 * 1024;

/**
 * The images that Kubernetes manifests name: any YAML or JSON, several documents allowed, such as the output of
 * kustomize or a dump of a cluster.
 *
 * @param file for provenance and messages
 * @throws DiscoveryError `DISCOVERY_INPUT_INVALID` when the text is no YAML
 */
export function extractFromManifests(file: string, text: string): ExtractedImages {
  const documents = text.length > longestManifests ? undefined : parseYamlDocuments(text);
  if (documents === undefined) {
    throw new DiscoveryError(`manifests ${file} are no YAML`, {
      code: 'DISCOVERY_INPUT_INVALID',
      hint: 'give the output of kustomize build, helm template or kubectl get -o yaml',
    });
  }
  const images: DiscoveredImage[] = [];
  const unresolved: UnresolvedImage[] = [];
  for (const [index, document] of documents.entries()) {
    for (const finding of extractFromDocument(document)) {
      if (finding.kind === 'unresolved') {
        unresolved.push({ ...finding.place, reason: finding.reason, origin: file, template: file });
        continue;
      }
      const provenance: ManifestProvenance = {
        kind: 'manifest',
        file,
        document: index + 1,
        ...finding.place,
      };
      images.push({
        reference: finding.reference,
        wantedTag: { rule: finding.isDefaultTag ? 'default' : 'given' },
        group: 'list',
        provenance: [provenance],
      });
    }
  }
  return { images, unresolved };
}
