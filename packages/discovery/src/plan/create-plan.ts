import {
  formatReference,
  parsePlatform,
  scopedSignal,
  type Digest,
  type RegistryReference,
} from '@oci-sync/oci-client';
import { runConcurrently } from '../access/run-concurrently.js';
import { DiscoveryError } from '../errors.js';
import type { DiscoveredImage } from '../image/discovered-image.js';
import { mergeProvenance } from '../image/merge-images.js';
import type { Note } from '../image/note.js';
import { chooseTag, type ChosenTag } from './choose-tag.js';
import { checkNameTemplate, defaultNameTemplate, destinationName, nameProblem } from './destination-name.js';
import { dateStamp, datedTag, digestTag } from './destination-tag.js';
import { filterImages } from './filter-images.js';
import type { ImagePlan, PlannedImage, PlannedPlatforms } from './image-plan.js';
import { joinSameDestinations } from './join-destinations.js';
import type { PlanFailure, PlanOptions, PlanResult } from './plan-options.js';

/** Images whose tags are looked up at the same time; each has its own limit of requests beside. */
const imagesAtOnce = 8;

/**
 * Makes a plan out of discovered images: decides tags and destinations. An image whose tag cannot be decided is a
 * failure of its own; the others are planned. Only repositories are read, nothing is written.
 *
 * Requests: none for images with a tag or digest, unless `resolveDigests` is set (one HEAD each); for the newest
 * tag see `findNewestTag`.
 *
 * @throws DiscoveryError `PLAN_COLLISION` (two different images on one destination tag), `PLAN_NAME_INVALID`,
 * `DISCOVERY_OPTION_INVALID`; OciError `OCI_INVALID_OPTION` for a platform that is none.
 */
export async function createPlan(
  images: readonly DiscoveredImage[],
  given: PlanOptions,
): Promise<PlanResult> {
  const options: PlanOptions = { ...given, signal: scopedSignal(given.signal) };
  const template = options.nameTemplate ?? defaultNameTemplate;
  checkNameTemplate(template);
  checkPlatforms(options.platforms);
  const wanted = filterImages(images, options);
  const outcomes = await runConcurrently(wanted, imagesAtOnce, (image) => decide(image, options));
  const decided = outcomes.filter((outcome) => 'chosen' in outcome);
  const now = options.now ?? new Date();
  const named = nameDestinations(decided, template, now, options);
  const planned = await joinSameDestinations(named, (reference) => digestOfTag(reference, options));
  return {
    plan: {
      version: 1,
      createdAt: now.toISOString(),
      ...(options.registry === undefined ? {} : { registry: options.registry }),
      images: planned,
    } satisfies ImagePlan,
    failures: outcomes.filter((outcome): outcome is PlanFailure => 'error' in outcome),
    notes: notesOf(images, wanted, decided),
  };
}

/** @throws OciError `OCI_INVALID_OPTION` for what is no platform, or a list without any. */
function checkPlatforms(platforms: PlannedPlatforms | undefined): void {
  if (platforms === undefined || platforms === 'all') return;
  for (const platform of platforms) parsePlatform(platform);
  if (platforms.length === 0) {
    throw new DiscoveryError('the list of platforms is empty', { code: 'DISCOVERY_OPTION_INVALID' });
  }
}

interface Decided {
  readonly image: DiscoveredImage;
  readonly chosen: ChosenTag;
}

async function decide(image: DiscoveredImage, options: PlanOptions): Promise<Decided | PlanFailure> {
  try {
    const chosen = await chooseTag(image, options);
    if (options.resolveDigests !== true || chosen.digest !== undefined) return { image, chosen };
    const reference = { ...image.reference, tag: chosen.tag };
    const digest = await digestOfTag(reference, options);
    if (digest !== undefined) return { image, chosen: { ...chosen, digest } };
    throw new DiscoveryError(`${formatReference(reference)} is not there`, { code: 'DISCOVERY_TAGS' });
  } catch (error) {
    options.signal?.throwIfAborted();
    if (error instanceof Error) return { image, error };
    throw error;
  }
}

async function digestOfTag(
  reference: RegistryReference,
  { open, signal }: PlanOptions,
): Promise<Digest | undefined> {
  const source = await open(reference);
  return (await source.resolve(reference.tag ?? 'latest', { signal }))?.digest;
}

function nameDestinations(
  decided: readonly Decided[],
  template: string,
  now: Date,
  options: PlanOptions,
): readonly PlannedImage[] {
  const stamp = options.dateTags === true ? dateStamp(now) : undefined;
  const tagsOf = sourceTagsByRepository(decided);
  const problems: string[] = [];
  const planned = decided.map(({ image, chosen }) => {
    const { registry, repository } = image.reference;
    const sourceTag = sourceTagOf(chosen);
    const isOnly = tagsOf.get(repositoryKey(image))?.size === 1;
    const destination = {
      repository: image.destination ?? destinationName(template, options.prefix ?? '', image.reference),
      tag: stamp === undefined ? sourceTag : datedTag(stamp, sourceTag, isOnly).slice(0, 128),
    };
    const problem = nameProblem(destination.repository, options.nameRules ?? 'oci');
    if (problem !== undefined) problems.push(`${registry}/${repository}: ${problem}`);
    return {
      source: {
        registry,
        repository,
        ...(chosen.tag === undefined ? {} : { tag: chosen.tag }),
        ...(chosen.digest === undefined ? {} : { digest: chosen.digest }),
        pinned: chosen.pinned,
      },
      destination,
      platforms: options.platforms ?? 'all',
      tagOrigin: chosen.origin,
      group: image.group,
      ...(image.helmKey === undefined ? {} : { helmKey: image.helmKey }),
      provenance: mergeProvenance([], image.provenance),
    } satisfies PlannedImage;
  });
  if (problems.length > 0) throw invalidNames(problems);
  return planned;
}

function sourceTagOf({ tag, digest }: ChosenTag): string {
  return tag ?? (digest === undefined ? 'latest' : digestTag(digest));
}

function repositoryKey({ reference: { registry, repository } }: DiscoveredImage): string {
  return `${registry}/${repository}`;
}

function sourceTagsByRepository(decided: readonly Decided[]): ReadonlyMap<string, ReadonlySet<string>> {
  const tags = new Map<string, Set<string>>();
  for (const { image, chosen } of decided) {
    const key = repositoryKey(image);
    tags.set(key, (tags.get(key) ?? new Set()).add(sourceTagOf(chosen)));
  }
  return tags;
}

function invalidNames(problems: readonly string[]): DiscoveryError {
  const more = problems.length > 1 ? ` (and ${problems.length - 1} more)` : '';
  return new DiscoveryError(`destination names cannot be used: ${problems[0] ?? ''}${more}`, {
    code: 'PLAN_NAME_INVALID',
    hint: 'change the prefix or the name template, or state a destination in a list',
    problems,
  });
}

function notesOf(
  images: readonly DiscoveredImage[],
  wanted: readonly DiscoveredImage[],
  decided: readonly Decided[],
): readonly Note[] {
  const notes = decided.flatMap(({ chosen }) => (chosen.note === undefined ? [] : [chosen.note]));
  const left = images.length - wanted.length;
  if (left === 0) return notes;
  const level = wanted.length === 0 ? 'warning' : 'info';
  return [...notes, { level, message: `${left} of ${images.length} images left out by --only and --skip` }];
}
