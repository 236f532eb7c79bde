import { createHash } from 'node:crypto';
import type { Setting } from './chart-probe.js';
import type { ValuesPath } from './rewritten-values.js';
import { formatKey } from './values-path.js';
import type { ValuesLeaf } from './values-leaves.js';

/** What a text is, as part of an image. */
export type SlotKind = 'reference' | 'name' | 'path' | 'host' | 'tag' | 'digest' | 'hex';

/** A place in the values that can take another text: a whole value, or an image inside a longer one. */
export interface Slot {
  readonly id: string;
  readonly path: ValuesPath;
  /** The value it is in. */
  readonly value: string;
  /** The text that is replaced: `value`, or the part of it that names an image. */
  readonly before: string;
  readonly kind: SlotKind;
  /** A text of the same form that nothing else contains, for telling where the slot shows up. */
  readonly marked: string;
  /** What of `marked` is left where a template takes it apart. */
  readonly tokens: readonly string[];
}

/** Makes the slots of one chart: every one has texts of its own. */
export class SlotFactory {
  #count = 0;
  readonly #slots = new Map<string, Slot>();

  /** The slot of a whole value, or of an image `part` that it names. */
  slot(leaf: ValuesLeaf, part?: string): Slot {
    const id =
      part === undefined || part === leaf.text ? formatKey(leaf.path) : `${formatKey(leaf.path)} ${part}`;
    const known = this.#slots.get(id);
    if (known !== undefined) return known;
    this.#count += 1;
    const before = part ?? leaf.text;
    const kind = kindOf(leaf, part);
    const slot: Slot = {
      id,
      path: leaf.path,
      value: leaf.text,
      before,
      kind,
      ...mark(this.#count, before, kind),
    };
    this.#slots.set(id, slot);
    return slot;
  }
}

/** The values that put a text into each slot. Slots of one value are put together. */
export function settingsOf(texts: Iterable<readonly [Slot, string]>): readonly Setting[] {
  const byValue = new Map<string, (readonly [Slot, string])[]>();
  for (const entry of texts) {
    const key = formatKey(entry[0].path);
    byValue.set(key, [...(byValue.get(key) ?? []), entry]);
  }
  return [...byValue.values()].flatMap((entries) => {
    const [first] = entries;
    if (first === undefined) return [];
    const [{ path, value, before }, text] = first;
    return [{ path, value: before === value ? text : replaceParts(value, entries) }];
  });
}

/** All parts at once, as what one becomes may have another in it. */
function replaceParts(value: string, entries: readonly (readonly [Slot, string])[]): string {
  const texts = new Map(entries.map(([{ before }, text]) => [before, text]));
  const parts = [...texts.keys()]
    .sort((a, b) => b.length - a.length)
    .map((part) => part.replaceAll(/[.*+?^${}()|[\]\\]/g, String.raw`\$&`));
  const pattern = new RegExp(`(?<![^\\s"'=,])(?:${parts.join('|')})(?![^\\s"'=,])`, 'g');
  return value.replaceAll(pattern, (part) => texts.get(part) ?? part);
}

/** Whether a text's first part is a registry's host. */
export function startsWithHost(text: string): boolean {
  return /^(?:localhost|[^/]*[.:][^/]*)(?:\/|$)/.test(text);
}

function kindOf({ text, key }: ValuesLeaf, part: string | undefined): SlotKind {
  if (part !== undefined) return 'reference';
  return text === '' || text.includes('{{') ? kindOfKey(key) : kindOfText(text, key);
}

function kindOfText(text: string, key: string): SlotKind {
  if (/^@?sha(?:256|512):[0-9a-f]+$/.test(text)) return 'digest';
  if (/^[0-9a-f]{64}$/.test(text)) return 'hex';
  const isRegistryKey = /host|registr|hub/i.test(key);
  const isWord = !/[/:@]/.test(text);
  if (isWord && !isRegistryKey && (/tag|version/i.test(key) || /^v?\d/.test(text))) return 'tag';
  // `name:5000` alone is a registry with its port.
  const hasVersion = /(?::[^/]*|@.*)$/.test(text) && !/^[^/]*:\d+$/.test(text);
  if (hasVersion && !isRegistryKey) return 'reference';
  if (!startsWithHost(text)) return 'path';
  return text.replace(/\/$/, '').includes('/') ? 'name' : 'host';
}

function kindOfKey(key: string): SlotKind {
  if (/tag|version/i.test(key)) return 'tag';
  if (/digest/i.test(key)) return 'digest';
  if (/sha/i.test(key)) return 'hex';
  if (/registr|hub|host|prefix/i.test(key)) return 'host';
  return /image/i.test(key) ? 'reference' : 'path';
}

function mark(number: number, before: string, kind: SlotKind): Pick<Slot, 'marked' | 'tokens'> {
  const word = `q${number}q`;
  const build = String(900_000 + number);
  const hex = createHash('sha256').update(word).digest('hex');
  const isFresh = before === '' || before.includes('{{');
  const tokens = [word, build, hex];
  switch (kind) {
    case 'digest':
      return { marked: `${before.startsWith('@') ? '@' : ''}sha256:${hex}`, tokens };
    case 'hex':
      return { marked: hex, tokens };
    case 'tag':
      return { marked: isFresh ? `9.9.${build}` : markTag(before, word, build), tokens };
    case 'host':
      return { marked: isFresh ? `${word}.example.com` : markHost(before, word), tokens };
    case 'path':
      return { marked: isFresh ? `${word}/${word}` : markPath(before, word), tokens };
    case 'name':
      return { marked: markHost(markPath(before, word), word), tokens };
    case 'reference':
      return {
        marked: isFresh ? `${word}.example.com/${word}:${build}` : markReference(before, word, build, hex),
        tokens,
      };
  }
}

/** An address of numbers takes no name in front of it: another host stands in for it. */
function markHost(text: string, word: string): string {
  return `${word}.${text.replace(/^\d+(?:\.\d+){3}(?=[:/]|$)/, 'example.com')}`;
}

function markPath(text: string, word: string): string {
  return text.endsWith('/') ? `${text.slice(0, -1)}-${word}/` : `${text}-${word}`;
}

/** Versions stay versions, so that templates which compare them go on as before. */
function markTag(text: string, word: string, build: string): string {
  const version = /^(v?\d+)(\.\d+)?(\.\d+)?$/.exec(text);
  if (version === null) return text.endsWith('-') ? `${text}${word}` : `${text}-${word}`;
  const [, major = '', minor] = version;
  return minor === undefined ? `${major}.0.${build}` : `${major}${minor}.${build}`;
}

function markReference(text: string, word: string, build: string, hex: string): string {
  const [, name = '', tag, digest] = /^(.*?)(?::([^/:@]+))?(?:@(.+))?$/.exec(text) ?? [];
  const hasHost = startsWithHost(name) && name.includes('/');
  return `${hasHost ? markHost(name, word) : name}-${word}${tag === undefined ? '' : `:${markTag(tag, word, build)}`}${digest === undefined ? '' : `@sha256:${hex}`}`;
}
