import type { PreparedChart, RenderedChart, ValuesSources } from '@oci-sync/helm-template';
import type { DiscoveredImage, UnresolvedImage } from '../image/discovered-image.js';
import type { Note } from '../image/note.js';
import type { ChartInput } from './discover-options.js';

/** A chart that was rendered, kept for what comes after the copy (values rewriting, rendering again). */
export interface DiscoveredChart {
  readonly input: ChartInput;
  readonly name: string;
  readonly version: string;
  /** Where it came from in full: a path, or the address of the archive. */
  readonly location: string;
  readonly prepared: PreparedChart;
  /** The user's values it was rendered with. */
  readonly values: ValuesSources;
  readonly rendered: RenderedChart;
}

/** A static list that stood in for a source. */
export interface Fallback {
  /** Which source. */
  readonly list: 'chart' | 'catalog';
  /** `failed`: the source could not be read; `empty`: it named no image; `asked`: the user left it out (`chart: ''`). */
  readonly because: 'failed' | 'empty' | 'asked';
  /** What was wrong with the source, one line. */
  readonly reason: string;
  readonly images: number;
}

/** A catalog entry that names no image. */
export interface EntryWithoutImage {
  readonly catalog: string;
  readonly entry: string;
}

/** A source that could not be used and that nothing stood in for. The others count. */
export interface SourceFailure {
  /** The chart or catalog as the user named it. */
  readonly source: string;
  readonly error: Error;
}

/** What {@link discoverImages} found. */
export interface Discovery {
  /** Merged: one entry an image, with all that asks for it; sorted by reference. */
  readonly images: readonly DiscoveredImage[];
  /** Images of confidence `potential` only; part of `images` where `allImages` was set. */
  readonly potential: readonly DiscoveredImage[];
  /** Places that name an image which cannot be told. */
  readonly unresolved: readonly UnresolvedImage[];
  readonly fallbacks: readonly Fallback[];
  readonly failures: readonly SourceFailure[];
  readonly entriesWithoutImage: readonly EntryWithoutImage[];
  readonly notes: readonly Note[];
  readonly charts: readonly DiscoveredChart[];
}
