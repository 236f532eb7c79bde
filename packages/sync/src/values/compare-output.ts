import type { JsonObject, JsonValue, RenderedChart, RenderedDocument } from '@oci-sync/helm-template';
import { documentsById, imagePlaces, type ImagePlace } from './image-places.js';
import type { OutputChange, RenderedPlace } from './rewritten-values.js';

/** A value as it was and as it is now. */
export interface ChangedText {
  readonly before: string;
  readonly after: string;
}

/** Longest text of a change that is kept. */
const longestText = 120;

/** What stands for an image where two texts are compared without them. */
const mask = '\u0000';

/**
 * What differs between two renders of a chart besides the images, document by document.
 * @param settings the values that were changed in between
 */
export function compareOutput(
  before: RenderedChart,
  after: RenderedChart,
  settings: readonly ChangedText[],
): readonly OutputChange[] {
  const [old, now] = [documentsById(before), documentsById(after)];
  const [oldPlaces, nowPlaces] = [imagePlaces(before), imagePlaces(after)];
  const changes: OutputChange[] = [];
  for (const id of new Set([...old.keys(), ...now.keys()])) {
    const [one, other] = [old.get(id), now.get(id)];
    const known = one ?? other;
    if (known === undefined || one?.text === other?.text) continue;
    const comparison: Comparison = {
      document: known,
      oldImages: textsOf(oldPlaces.documents.get(id)?.places),
      newImages: textsOf(nowPlaces.documents.get(id)?.places),
      settings,
      changes,
    };
    compare(comparison, one?.object, other?.object, '');
  }
  return changes;
}

interface Comparison {
  readonly document: RenderedDocument;
  readonly oldImages: readonly string[];
  readonly newImages: readonly string[];
  readonly settings: readonly ChangedText[];
  readonly changes: OutputChange[];
}

/** The longest first, as one may be the beginning of another. */
function textsOf(places: readonly ImagePlace[] = []): readonly string[] {
  return [...new Set(places.map(({ text }) => text))].sort((a, b) => b.length - a.length);
}

function compare(
  comparison: Comparison,
  before: JsonValue | undefined,
  after: JsonValue | undefined,
  path: string,
): void {
  if (isTable(before) && isTable(after)) {
    for (const key of new Set([...Object.keys(before), ...Object.keys(after)])) {
      compare(comparison, before[key], after[key], path === '' ? key : `${path}.${key}`);
    }
  } else if (isList(before) && isList(after) && before.length === after.length) {
    for (const [index, item] of before.entries())
      compare(comparison, item, after[index], `${path}[${index}]`);
  } else if (JSON.stringify(before) !== JSON.stringify(after)) {
    const cause = causeOf(
      comparison,
      plainText(comparison, before, path),
      plainText(comparison, after, path),
      path,
    );
    if (cause === undefined) return;
    const { template, kind, name } = comparison.document;
    const place: RenderedPlace = { template, document: `${kind}/${name}`, path };
    comparison.changes.push({ ...place, ...excerpts(before, after), cause });
  }
}

/** `undefined` where only images differ. */
function causeOf(
  { oldImages, newImages, settings }: Comparison,
  before: string | undefined,
  after: string | undefined,
  path: string,
): OutputChange['cause'] | undefined {
  if (before === undefined || after === undefined) return 'unrelated';
  if (hide(before, oldImages) === hide(after, newImages)) return undefined;
  if (isPart(before, oldImages) && isPart(after, newImages)) return undefined;
  if (/checksum|sha256sum|\bhash\b/i.test(path) || (isHex(before) && isHex(after))) return 'checksum';
  const [oldValues, newValues] = [
    settings.map((value) => value.before),
    settings.map((value) => value.after),
  ];
  const isFromValues = hide(hide(before, oldImages), oldValues) === hide(hide(after, newImages), newValues);
  return isFromValues || newValues.some((value) => value !== '' && after.includes(value))
    ? 'value'
    : 'unrelated';
}

function hide(text: string, parts: readonly string[]): string {
  return parts.reduce((masked, part) => (part === '' ? masked : masked.replaceAll(part, mask)), text);
}

/** Images in parts: registry, repository and tag in fields of their own. */
function isPart(text: string, images: readonly string[]): boolean {
  return text === '' || images.some((image) => image.includes(text));
}

function isHex(text: string): boolean {
  return /^[0-9a-f]{32,128}$/.test(text);
}

function plainText({ document }: Comparison, value: JsonValue | undefined, path: string): string | undefined {
  if (typeof value === 'number') return String(value);
  if (typeof value !== 'string') return undefined;
  const isEncoded = document.kind === 'Secret' && path.startsWith('data.');
  return isEncoded ? Buffer.from(value, 'base64').toString('utf8') : value;
}

/** Of longer texts the first line that differs. */
function excerpts(
  before: JsonValue | undefined,
  after: JsonValue | undefined,
): Pick<OutputChange, 'before' | 'after'> {
  if (typeof before !== 'string' || typeof after !== 'string') {
    return { before: shorten(before), after: shorten(after) };
  }
  const [old, now] = [before.split('\n'), after.split('\n')];
  const line = old.findIndex((text, index) => text !== now[index]);
  return line === -1
    ? { before: '', after: shorten(now.slice(old.length).join('\n')) }
    : { before: shorten(old[line]), after: shorten(now[line] ?? '') };
}

function shorten(value: JsonValue | undefined): string | undefined {
  if (value === undefined) return undefined;
  const text = typeof value === 'string' ? value.trim() : JSON.stringify(value);
  return text.length > longestText ? `${text.slice(0, longestText)}…` : text;
}

function isTable(value: JsonValue | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isList(value: JsonValue | undefined): value is readonly JsonValue[] {
  return Array.isArray(value);
}
