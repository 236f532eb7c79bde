import type { RenderedChart } from '@oci-sync/helm-template';
import { findCandidates, type Candidates } from './candidates.js';
import type { ChartProbe } from './chart-probe.js';
import { chooseAssignments, type Choice } from './choose-assignments.js';
import { imagePlaces, type ImagePlace, type ImagePlaces } from './image-places.js';
import { isAtMirror, type MirrorMap } from './mirror-map.js';
import { guessTexts, readPattern, solvePattern, type Assignment, type Target } from './pattern.js';
import { settingsOf, SlotFactory, type Slot } from './slot.js';
import { valuesLeaves } from './values-leaves.js';

/** Most renders of the search, so that no chart takes forever. */
const mostRenders = 60;
/** Values of the sweep that are tried in one render. */
const sweepSize = 400;

/** What the search found. */
export interface FoundSettings {
  /** Text of each slot that has to change, with the images it is for. */
  readonly texts: ReadonlyMap<Slot, string>;
  readonly imagesOf: ReadonlyMap<Slot, readonly ImagePlace[]>;
  /** Places that no setting was found for. */
  readonly open: readonly ImagePlace[];
  /** For each place, the slots that were seen to change it. */
  readonly seen: ReadonlyMap<string, ReadonlySet<Slot>>;
  /** Places that could be brought to the mirror, if no other image were in the way. */
  readonly solvable: ReadonlySet<string>;
  /** Values that could not be tried: the chart does not render with them, or renders ran out. */
  readonly untried: readonly Slot[];
  /** Every other value was tried. */
  readonly isExhaustive: boolean;
}

/** Finds the values that bring every image to the mirror, by rendering. */
export async function findSettings(probe: ChartProbe, mirrors: MirrorMap): Promise<FoundSettings> {
  const base = await probe.base();
  const search = new SettingsSearch(probe, mirrors, imagePlaces(base));
  await search.run(base);
  return search.result();
}

class SettingsSearch {
  readonly #probe: ChartProbe;
  readonly #mirrors: MirrorMap;
  readonly #base: ImagePlaces;
  /** Places to bring to the mirror, with what they have to become. */
  readonly #wanted: readonly { readonly place: ImagePlace; readonly target: Target }[];
  readonly #options = new Map<string, Assignment[]>();
  readonly #solvable = new Set<string>();
  readonly #guesses = new Map<string, Set<Slot>>();
  readonly #banned = new Set<Assignment>();
  readonly #seen = new Map<string, Set<Slot>>();
  readonly #untried = new Set<Slot>();
  #chosen: ReadonlyMap<string, Assignment> = new Map();
  #isExhaustive = false;

  constructor(probe: ChartProbe, mirrors: MirrorMap, base: ImagePlaces) {
    this.#probe = probe;
    this.#mirrors = mirrors;
    this.#base = base;
    this.#wanted = base.all.flatMap((place) => {
      const target = mirrors.targetOf(place.reference);
      return target === undefined || isAtMirror(place.reference, target) ? [] : [{ place, target }];
    });
  }

  async run(base: RenderedChart): Promise<void> {
    if (this.#wanted.length === 0) return;
    const candidates = findCandidates(valuesLeaves(base), this.#base.all, new SlotFactory());
    for (const group of roundsOf(candidates)) {
      if (this.#probe.renders >= mostRenders) {
        for (const slot of group.slots) this.#untried.add(slot);
        continue;
      }
      const learned = await this.#observe(group.with, group.slots);
      if (learned && (await this.#settle())) return;
    }
    this.#offerGuesses();
    if (await this.#settle()) return;
    this.#isExhaustive = this.#untried.size === 0;
  }

  result(): FoundSettings {
    const texts = new Map<Slot, string>();
    const imagesOf = new Map<Slot, ImagePlace[]>();
    for (const { place } of this.#wanted) {
      for (const [slot, text] of this.#chosen.get(place.id) ?? []) {
        if (text === slot.before) continue;
        texts.set(slot, text);
        imagesOf.set(slot, [...(imagesOf.get(slot) ?? []), place]);
      }
    }
    return {
      texts,
      imagesOf,
      open: this.#open(),
      seen: this.#seen,
      solvable: this.#solvable,
      untried: [...this.#untried],
      isExhaustive: this.#isExhaustive,
    };
  }

  #open(): readonly ImagePlace[] {
    return this.#wanted.filter(({ place }) => !this.#chosen.has(place.id)).map(({ place }) => place);
  }

  /**
   * Renders with the marks of these slots; where that fails, or switches images off, with those of one half and of
   * the other, and then of all that work. Says whether an image changed in a new way.
   */
  async #observe(context: readonly Slot[], slots: readonly Slot[]): Promise<boolean> {
    if (slots.length === 0) return false;
    const outcome = await this.#tryMarks(context, slots);
    if (outcome.isComplete) return outcome.hasNew;
    if (slots.length === 1 || this.#probe.renders >= mostRenders) {
      if (!outcome.didRender) for (const slot of slots) this.#untried.add(slot);
      return outcome.hasNew;
    }
    const middle = Math.ceil(slots.length / 2);
    const first = await this.#observe(context, slots.slice(0, middle));
    const second = await this.#observe(context, slots.slice(middle));
    const working = slots.filter((slot) => !this.#untried.has(slot));
    const isWorthIt = working.length > middle && working.length < slots.length;
    const together = isWorthIt && (await this.#tryMarks(context, working)).hasNew;
    return outcome.hasNew || first || second || together;
  }

  async #tryMarks(
    context: readonly Slot[],
    slots: readonly Slot[],
  ): Promise<{ readonly didRender: boolean; readonly isComplete: boolean; readonly hasNew: boolean }> {
    const nothing = { didRender: false, isComplete: false, hasNew: false };
    if (this.#probe.renders >= mostRenders) return nothing;
    const all = [...new Set([...context.filter((slot) => !this.#untried.has(slot)), ...slots])];
    const rendered = await this.#probe.tryRender(settingsOf(all.map((slot) => [slot, slot.marked])));
    if (rendered === undefined) return nothing;
    const places = imagePlaces(rendered, this.#base);
    // What a mark switches off hides which of the others would have changed it.
    const isComplete = this.#open().every(({ id }) => places.byId.has(id));
    return { didRender: true, isComplete, hasNew: this.#learn(places, all) };
  }

  #learn(places: ImagePlaces, slots: readonly Slot[]): boolean {
    let hasNew = false;
    for (const place of this.#base.all) {
      const now = places.byId.get(place.id);
      if (now === undefined || now.text === place.text) continue;
      const { pieces, partial } = readPattern(now.text, slots);
      const seen = remember(this.#seen, place.id);
      for (const piece of pieces) if (typeof piece !== 'string') seen.add(piece);
      for (const slot of partial) seen.add(slot);
      const target = this.#mirrors.targetOf(place.reference);
      if (target === undefined) continue;
      const found = partial.length === 0 ? solvePattern(pieces, place.text, target) : [];
      if (found.length === 0) {
        const guesses = remember(this.#guesses, place.id);
        for (const slot of seen) guesses.add(slot);
        continue;
      }
      this.#solvable.add(place.id);
      const options = this.#options.get(place.id) ?? [];
      const known = new Set(options.map(signature));
      const added = found.filter((option) => !known.has(signature(option)));
      this.#options.set(place.id, [...options, ...added]);
      hasNew ||= added.length > 0;
    }
    return hasNew;
  }

  /** For places without another way: the usual texts for the values that were seen to change them. */
  #offerGuesses(): void {
    for (const { place, target } of this.#wanted) {
      const slots = this.#guesses.get(place.id);
      if (slots === undefined || this.#chosen.has(place.id)) continue;
      const guess = guessTexts(slots, target, place.reference.digest !== undefined);
      this.#options.set(place.id, [...(this.#options.get(place.id) ?? []), guess]);
    }
  }

  /** Chooses among what is known and renders with it; what does not hold is dropped. Says whether all is done. */
  async #settle(): Promise<boolean> {
    for (let attempt = 0; attempt < 4 && this.#probe.renders < mostRenders; attempt += 1) {
      const chosen = chooseAssignments(this.#choices(), this.#fixedSlots());
      if (chosen.size === 0) return false;
      const broken = await this.#brokenBy(chosen);
      if (broken?.length === 0) {
        if (chosen.size >= this.#chosen.size) this.#chosen = chosen;
        return this.#open().length === 0;
      }
      const isBanned = broken !== undefined && this.#ban(chosen, broken);
      if (!isBanned) break;
    }
    await this.#settleOneByOne();
    return this.#open().length === 0;
  }

  #choices(): readonly Choice[] {
    return this.#wanted.map(({ place }) => ({
      id: place.id,
      options: (this.#options.get(place.id) ?? []).filter((option) => !this.#banned.has(option)),
    }));
  }

  /** Values that make an image which is not in the mirror stay as they are. */
  #fixedSlots(): readonly Slot[] {
    return this.#base.all.flatMap((place) =>
      this.#mirrors.targetOf(place.reference) === undefined ? [...(this.#seen.get(place.id) ?? [])] : [],
    );
  }

  /** Places that are neither as they were nor at the mirror; `undefined` where the chart does not render so. */
  async #brokenBy(chosen: ReadonlyMap<string, Assignment>): Promise<readonly ImagePlace[] | undefined> {
    const rendered = await this.#probe.tryRender(
      settingsOf([...chosen.values()].flatMap((option) => [...option])),
    );
    if (rendered === undefined) return undefined;
    const places = imagePlaces(rendered, this.#base);
    return this.#base.all.filter((place) => {
      const now = places.byId.get(place.id);
      const target = this.#mirrors.targetOf(place.reference);
      if (now !== undefined && target !== undefined && isAtMirror(now.reference, target)) return false;
      return chosen.has(place.id) || now?.text !== place.text;
    });
  }

  #ban(chosen: ReadonlyMap<string, Assignment>, broken: readonly ImagePlace[]): boolean {
    const before = this.#banned.size;
    for (const place of broken) {
      const option = chosen.get(place.id);
      if (option !== undefined) {
        this.#banned.add(option);
        continue;
      }
      const seen = this.#seen.get(place.id);
      for (const other of chosen.values()) {
        if ([...other].some(([slot, text]) => text !== slot.before && seen?.has(slot) === true))
          this.#banned.add(other);
      }
    }
    return this.#banned.size > before;
  }

  /** One image after the other, each kept if nothing breaks. */
  async #settleOneByOne(): Promise<void> {
    const chosen = new Map(this.#chosen);
    const proposed = chooseAssignments(this.#choices(), this.#fixedSlots());
    const failed = new Set<string>();
    for (const [id, option] of proposed) {
      if (this.#probe.renders >= mostRenders) break;
      if (chosen.has(id) || failed.has(signature(option))) continue;
      const same = [...proposed].filter(([, other]) => signature(other) === signature(option));
      const next = new Map([...chosen, ...same]);
      const broken = await this.#brokenBy(next);
      if (broken?.length === 0) for (const [other] of same) chosen.set(other, option);
      else failed.add(signature(option));
    }
    this.#chosen = chosen;
  }
}

interface Round {
  /** Marked, too, so that patterns are whole. */
  readonly with: readonly Slot[];
  readonly slots: readonly Slot[];
}

function roundsOf({ likely, overrides, unlikely, rest }: Candidates): readonly Round[] {
  const rounds: Round[] = [{ with: [], slots: likely }];
  for (const group of overrides) rounds.push({ with: likely, slots: group });
  rounds.push({ with: likely, slots: unlikely });
  for (let index = 0; index < rest.length; index += sweepSize) {
    rounds.push({ with: likely, slots: rest.slice(index, index + sweepSize) });
  }
  return rounds;
}

function remember(known: Map<string, Set<Slot>>, id: string): Set<Slot> {
  const slots = known.get(id) ?? new Set<Slot>();
  known.set(id, slots);
  return slots;
}

function signature(option: Assignment): string {
  return [...option]
    .map(([slot, text]) => `${slot.id}=${text}`)
    .sort()
    .join('\n');
}
