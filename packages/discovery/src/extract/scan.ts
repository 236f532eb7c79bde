import { withDefaultTag } from '@oci-sync/oci-client';
import type { Confidence, DocumentPlace } from '../image/provenance.js';
import type { Finding } from './finding.js';
import { namesRegistry, readImageText } from './image-text.js';

/** A text that a rule takes for an image. */
export interface Candidate {
  readonly text: string;
  readonly path: string;
  readonly rule: string;
  readonly confidence: Confidence;
  /**
   * What a missing tag means: `latest`; a `path` alone (`org/name`) means latest, a plain word cannot be told;
   * `unknown`: cannot be told, and no image at all where no registry is named either.
   */
  readonly untagged: 'latest' | 'path' | 'unknown';
  /** Only an image can stand there: what is none is reported. Else it is left alone. */
  readonly isImageField: boolean;
}

/** State of extracting from one document. */
export interface Scan {
  /** Kind and name of the document, for places. */
  readonly document: Pick<DocumentPlace, 'documentKind' | 'documentName'>;
  /** Highest confidence that findings get: text inside text is never certain. */
  readonly ceiling: 'certain' | 'probable';
  /** How deep the text is inside other text. */
  readonly depth: number;
  /** Registry path and tag that names of images below are put together with. */
  readonly composedWith?: { readonly hub: string; readonly tag: string } | undefined;
  readonly findings: Finding[];
  /** Places with their texts that a rule has dealt with. */
  readonly seen: Set<string>;
}

/** A scan of a fresh document. */
export function startScan(document: Scan['document']): Scan {
  return { document, ceiling: 'certain', depth: 0, findings: [], seen: new Set() };
}

/** Judges a candidate and keeps it as an image or an unresolved place; the first rule for a place wins. */
export function offer(scan: Scan, candidate: Candidate): void {
  const text = candidate.text.trim();
  const key = placeKey(candidate.path, text);
  if (text === '' || scan.seen.has(key)) return;
  const read = readImageText(text);
  const place = placeOf(scan, candidate, text);
  if (read.kind === 'problem') {
    if (!candidate.isImageField) return;
    scan.seen.add(key);
    scan.findings.push({ kind: 'unresolved', reason: read.reason, place });
    return;
  }
  const { reference } = read;
  const isDefaultTag = reference.tag === undefined && reference.digest === undefined;
  if (isDefaultTag && !meansLatest(candidate, text)) {
    if (!namesRegistry(text) && !(candidate.isImageField && candidate.untagged === 'path')) return;
    scan.seen.add(key);
    scan.findings.push({ kind: 'unresolved', reason: 'no-tag', place });
    return;
  }
  scan.seen.add(key);
  scan.findings.push({ kind: 'image', reference: withDefaultTag(reference), isDefaultTag, place });
}

/** Reports a place that names images which cannot be told. */
export function reportUnresolved(
  scan: Scan,
  reason: Extract<Finding, { kind: 'unresolved' }>['reason'],
  candidate: Pick<Candidate, 'text' | 'path' | 'rule' | 'confidence'>,
): void {
  const key = placeKey(candidate.path, candidate.text);
  if (scan.seen.has(key)) return;
  scan.seen.add(key);
  scan.findings.push({ kind: 'unresolved', reason, place: placeOf(scan, candidate, candidate.text) });
}

/** Keeps other rules from judging a text that is part of an image already found. */
export function markSeen(scan: Scan, text: string, path: string): void {
  scan.seen.add(placeKey(path, text));
}

function placeKey(path: string, text: string): string {
  return `${path} ${text}`;
}

function meansLatest({ untagged }: Candidate, text: string): boolean {
  return untagged === 'latest' || (untagged === 'path' && text.includes('/'));
}

function placeOf(
  scan: Scan,
  { confidence, rule, path }: Pick<Candidate, 'confidence' | 'rule' | 'path'>,
  text: string,
): DocumentPlace {
  return {
    confidence: confidence === 'certain' ? scan.ceiling : confidence,
    rule,
    ...scan.document,
    path,
    text: text.length > 300 ? `${text.slice(0, 300)}…` : text,
  };
}
