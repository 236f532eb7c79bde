import type { Note } from '@oci-sync/discovery';
import type { Setting } from './chart-probe.js';
import { imageKey } from './image-places.js';
import type { MirroredImage } from './rewritten-values.js';

/** A value that a list or the preset names for images. */
export interface HelmKeySetting {
  readonly setting: Setting & { readonly value: string };
  readonly images: readonly string[];
}

/** Keys of charts that have no `registry` beside the repository, so that the repository names it, too. */
const wholeRepositories = new Set(['opentelemetry-collector']);

/**
 * The values that `helmKey` names: a key that ends in `tag` is the tag, any other one the table that has the image,
 * itself or below `image`. A key whose images differ is left alone, and said so.
 */
export function helmKeySettings(images: readonly MirroredImage[]): {
  readonly settings: readonly HelmKeySetting[];
  readonly notes: readonly Note[];
} {
  const byKey = new Map<string, MirroredImage[]>();
  for (const image of images) {
    if (image.helmKey !== undefined) byKey.set(image.helmKey, [...(byKey.get(image.helmKey) ?? []), image]);
  }
  const settings: HelmKeySetting[] = [];
  const notes: Note[] = [];
  for (const [key, sharing] of byKey) {
    const wanted = new Set(sharing.map((image) => JSON.stringify(settingsFor(key, image))));
    const [first] = sharing;
    if (first === undefined) continue;
    if (wanted.size > 1) {
      notes.push({
        level: 'warning',
        message: `values key ${key} is left as it is: its ${sharing.length} images need different values`,
        hint: 'give each image a helm_key of its own, or a chart to find the values by rendering',
      });
      continue;
    }
    const names = sharing.map(({ source }) => imageKey(source));
    settings.push(...settingsFor(key, first).map((setting) => ({ setting, images: names })));
  }
  return { settings, notes };
}

function settingsFor(key: string, { mirror, source }: MirroredImage): readonly HelmKeySetting['setting'][] {
  const path = key.split('.');
  const last = path.at(-1);
  if (last === 'tag') return [{ path, value: mirror.tag }];
  const table = last === 'image' ? path : [...path, 'image'];
  const { registry, repository, tag, digest } = mirror;
  const name = wholeRepositories.has(key)
    ? [{ path: [...table, 'repository'], value: `${registry}/${repository}` }]
    : [
        { path: [...table, 'registry'], value: registry },
        { path: [...table, 'repository'], value: repository },
      ];
  const isPinned = source.digest !== undefined && digest !== undefined;
  return [
    ...name,
    { path: [...table, 'tag'], value: tag },
    ...(isPinned ? [{ path: [...table, 'digest'], value: digest }] : []),
  ];
}
