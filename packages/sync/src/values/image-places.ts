import { extractFromDocument } from '@oci-sync/discovery';
import { formatReference, type RegistryReference } from '@oci-sync/oci-client';
import type { RenderedChart, RenderedDocument } from '@oci-sync/helm-template';
import type { RenderedPlace } from './rewritten-values.js';

/** A place of a rendered chart that names an image. */
export interface ImagePlace extends RenderedPlace {
  /** The same for the same place of every render of a chart. */
  readonly id: string;
  /** As written; for images in parts, the parts joined. */
  readonly text: string;
  /** Canonical, tag `latest` where none is written. */
  readonly reference: RegistryReference;
}

/** The images of one render. */
export interface ImagePlaces {
  readonly all: readonly ImagePlace[];
  readonly byId: ReadonlyMap<string, ImagePlace>;
  readonly documents: ReadonlyMap<string, { readonly text: string; readonly places: readonly ImagePlace[] }>;
}

/** Text by which images are compared: canonical, with tag and digest. */
export function imageKey(reference: RegistryReference): string {
  return formatReference(reference);
}

/** Documents of a render by an id that is the same in every render: template and position in it. */
export function documentsById(rendered: RenderedChart): ReadonlyMap<string, RenderedDocument> {
  const counts = new Map<string, number>();
  const documents = new Map<string, RenderedDocument>();
  for (const document of rendered.documents) {
    const count = counts.get(document.template) ?? 0;
    counts.set(document.template, count + 1);
    documents.set(`${document.template}#${count}`, document);
  }
  return documents;
}

/**
 * Every place of a render that names an image, by the rules of discovery.
 *
 * @param known another render of the chart: documents with the same text have the same places
 */
export function imagePlaces(rendered: RenderedChart, known?: ImagePlaces): ImagePlaces {
  const documents = new Map<string, { readonly text: string; readonly places: readonly ImagePlace[] }>();
  for (const [id, document] of documentsById(rendered)) {
    const before = known?.documents.get(id);
    documents.set(
      id,
      before?.text === document.text ? before : { text: document.text, places: placesOf(id, document) },
    );
  }
  const all = [...documents.values()].flatMap(({ places }) => places);
  return { all, documents, byId: new Map(all.map((place) => [place.id, place])) };
}

function placesOf(documentId: string, document: RenderedDocument): readonly ImagePlace[] {
  if (document.role === 'crd') return [];
  const counts = new Map<string, number>();
  return extractFromDocument(document.object).flatMap((finding) => {
    if (finding.kind !== 'image') return [];
    const { path, rule, text } = finding.place;
    // One text may name several images.
    const key = `${documentId} ${path} ${rule}`;
    const count = counts.get(key) ?? 0;
    counts.set(key, count + 1);
    return [
      {
        id: `${key} ${count}`,
        template: document.template,
        document: `${document.kind}/${document.name}`,
        path,
        text,
        reference: finding.reference,
      },
    ];
  });
}
