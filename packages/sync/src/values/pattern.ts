import type { Slot } from './slot.js';
import { startsWithHost } from './slot.js';

/** A text with slots in it: what a template makes of them. */
export type Piece = string | Slot;

/** Which text each slot gets. */
export type Assignment = ReadonlyMap<Slot, string>;

/** An image as it has to be written. */
export interface Target {
  /** Registry and repository. */
  readonly name: string;
  readonly repository: string;
  readonly registry: string;
  readonly tag: string;
  /** At the mirror, where known. */
  readonly digest: string | undefined;
}

/** Most ways to spread a name over its slots that are looked at. */
const mostSplits = 32;

/**
 * Finds slots in a text that was rendered with their marked texts.
 * `partial` are those that show up in part only, as a template takes them apart.
 */
export function readPattern(
  text: string,
  slots: Iterable<Slot>,
): { readonly pieces: readonly Piece[]; readonly partial: readonly Slot[] } {
  let pieces: Piece[] = [text];
  const present = [...slots].filter(({ tokens }) => tokens.some((token) => text.includes(token)));
  const partial: Slot[] = [];
  for (const slot of present.sort((a, b) => b.marked.length - a.marked.length)) {
    pieces = pieces.flatMap((piece) => (typeof piece === 'string' ? splitAround(piece, slot) : [piece]));
    if (
      pieces.some((piece) => typeof piece === 'string' && slot.tokens.some((token) => piece.includes(token)))
    ) {
      partial.push(slot);
    }
  }
  return { pieces, partial };
}

function splitAround(text: string, slot: Slot): Piece[] {
  return text
    .split(slot.marked)
    .flatMap((part, index) => (index === 0 ? [part] : [slot, part]))
    .filter((piece) => piece !== '');
}

/**
 * The ways to fill the slots of a pattern so that the text becomes the image. Slots of parts that are right as
 * they are keep their text.
 *
 * @param base the text as it is now
 */
export function solvePattern(pieces: readonly Piece[], base: string, target: Target): readonly Assignment[] {
  const pattern = splitPieces(pieces);
  const now = splitPieces([base]);
  const isVersionInName = pattern.tag === undefined && pattern.digest === undefined;
  const tag = solveVersion(pattern.tag, now.tag, target.tag, pattern.digest !== undefined);
  const digest = solveDigest(pattern.digest, now.digest, target.digest);
  if (tag === undefined || digest === undefined) return [];
  const name =
    isVersionInName && needsVersion(now, target) ? wholeText(target, now.digest !== undefined) : target.name;
  const names = matches(pattern.name, name);
  const assignments: Assignment[] = [];
  for (const texts of names) {
    const joined = join([...texts, ...tag, ...digest]);
    if (joined !== undefined) assignments.push(joined);
  }
  return assignments;
}

/** The usual texts for slots that a template takes apart; rendering has to show whether they do. */
export function guessTexts(slots: Iterable<Slot>, target: Target, isPinned: boolean): Assignment {
  const guesses = new Map<Slot, string>();
  for (const slot of slots) {
    const text = guess(slot, target, isPinned);
    if (text !== undefined) guesses.set(slot, text);
  }
  return guesses;
}

function guess({ kind, before }: Slot, target: Target, isPinned: boolean): string | undefined {
  switch (kind) {
    case 'reference':
      return wholeText(target, isPinned);
    case 'name':
      return target.name;
    case 'path':
      return target.repository;
    case 'host':
      return before.endsWith('/') ? `${target.registry}/` : target.registry;
    case 'tag':
      return target.tag;
    case 'digest':
      return target.digest;
    case 'hex':
      return target.digest?.replace(/^.*:/, '');
  }
}

function needsVersion(now: Split, target: Target): boolean {
  return now.tag !== undefined || now.digest !== undefined || target.tag !== 'latest';
}

function wholeText({ name, tag, digest }: Target, isPinned: boolean): string {
  return `${name}:${tag}${isPinned && digest !== undefined ? `@${digest}` : ''}`;
}

interface Split {
  readonly name: readonly Piece[];
  readonly tag: readonly Piece[] | undefined;
  readonly digest: readonly Piece[] | undefined;
}

/** Name, tag and digest of an image whose text has slots: what is inside a slot is not looked at. */
function splitPieces(pieces: readonly Piece[]): Split {
  const [named, digest] = cutAtLast(pieces, '@', '');
  const [name, tag] = cutAtLast(named, ':', '/');
  return { name, tag, digest };
}

/** Cuts at the last `separator` that no `barrier` follows. */
function cutAtLast(
  pieces: readonly Piece[],
  separator: string,
  barrier: string,
): readonly [readonly Piece[], readonly Piece[] | undefined] {
  for (const [index, piece] of [...pieces.entries()].toReversed()) {
    if (typeof piece !== 'string') continue;
    const at = piece.lastIndexOf(separator);
    const wall = barrier === '' ? -1 : piece.lastIndexOf(barrier);
    if (at > wall) {
      const before = piece.slice(0, at);
      const after = piece.slice(at + 1);
      return [
        [...pieces.slice(0, index), ...(before === '' ? [] : [before])],
        [...(after === '' ? [] : [after]), ...pieces.slice(index + 1)],
      ];
    }
    if (wall >= 0) break;
  }
  return [pieces, undefined];
}

type Texts = readonly (readonly [Slot, string])[];

/** `undefined`: no way. With a digest beside it the tag is only for people. */
function solveVersion(
  pattern: readonly Piece[] | undefined,
  now: readonly Piece[] | undefined,
  wanted: string,
  hasDigest: boolean,
): Texts | undefined {
  if (pattern === undefined) return [];
  if (isText(now, wanted)) return keep(pattern);
  return matches(pattern, wanted)[0] ?? (hasDigest ? keep(pattern) : undefined);
}

function solveDigest(
  pattern: readonly Piece[] | undefined,
  now: readonly Piece[] | undefined,
  wanted: string | undefined,
): Texts | undefined {
  if (pattern === undefined) return [];
  if (wanted === undefined) return undefined;
  return isText(now, wanted) ? keep(pattern) : matches(pattern, wanted)[0];
}

function isText(pieces: readonly Piece[] | undefined, text: string): boolean {
  return pieces?.length === 1 && pieces[0] === text;
}

function keep(pieces: readonly Piece[]): Texts {
  return pieces.flatMap((piece) => (typeof piece === 'string' ? [] : [[piece, piece.before] as const]));
}

/** Every way to fill the slots so that the pieces spell the text; names are cut at `/` only. */
function matches(pieces: readonly Piece[], text: string): readonly Texts[] {
  const found: Texts[] = [];
  const search = (index: number, rest: string, texts: Texts): void => {
    if (found.length >= mostSplits) return;
    const piece = pieces[index];
    if (piece === undefined) {
      if (rest === '') found.push(texts);
    } else if (typeof piece === 'string') {
      if (rest.startsWith(piece)) search(index + 1, rest.slice(piece.length), texts);
    } else {
      for (const length of cuts(piece, pieces[index + 1], rest)) {
        search(index + 1, rest.slice(length), [...texts, [piece, rest.slice(0, length)]]);
      }
    }
  };
  search(0, text, []);
  return found;
}

/** Lengths that a slot's text can have, the best first. */
function cuts(slot: Slot, next: Piece | undefined, rest: string): readonly number[] {
  if (next === undefined) return rest === '' ? [] : [rest.length];
  const lengths: number[] = [];
  for (let length = 1; length < rest.length; length += 1) {
    const fits = typeof next === 'string' ? rest.startsWith(next, length) : rest[length - 1] === '/';
    if (fits) lengths.push(length);
  }
  // A registry with a path of its own can take all of the path.
  return slot.kind === 'name' && !startsWithHost(rest.slice(0, lengths[0])) ? lengths.toReversed() : lengths;
}

/** One assignment, or `undefined` where a slot would need two texts. */
function join(texts: Texts): Assignment | undefined {
  const assignment = new Map<Slot, string>();
  for (const [slot, text] of texts) {
    if ((assignment.get(slot) ?? text) !== text) return undefined;
    assignment.set(slot, text);
  }
  return assignment;
}
