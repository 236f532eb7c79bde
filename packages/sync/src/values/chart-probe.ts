import { createHash } from 'node:crypto';
import {
  HelmTemplateError,
  mergeValues,
  type GoMap,
  type RenderedChart,
  type RenderOptions,
  type ValuesSources,
} from '@oci-sync/helm-template';
import type { RewritableChart, ValuesPath } from './rewritten-values.js';
import { withValueAt } from './values-path.js';

/** What is to be put at a path of the values. */
export interface Setting {
  readonly path: ValuesPath;
  readonly value: string | boolean;
}

/** Moment that every render of a rewrite takes place at. */
const renderedAtMs = Date.UTC(2026, 0, 1);

/**
 * Renders one chart again and again with changed values. Clock and random bytes are the same in every render, so
 * that only values make a difference.
 */
export class ChartProbe {
  readonly #chart: RewritableChart;
  readonly #signal: AbortSignal | undefined;
  #user: GoMap | undefined;
  #base: RenderedChart | undefined;
  #renders = 0;
  #permissions: readonly Setting[] = [];

  constructor(chart: RewritableChart, signal: AbortSignal | undefined) {
    this.#chart = chart;
    this.#signal = signal;
  }

  /** Renders done so far. */
  get renders(): number {
    return this.#renders;
  }

  /** Settings that every later `tryRender` has on top of its own. */
  permit(settings: readonly Setting[]): void {
    this.#permissions = settings;
  }

  /**
   * The chart with the user's own values, rendered once.
   * @throws HelmTemplateError
   */
  async base(): Promise<RenderedChart> {
    this.#base ??= await this.#render(await this.#userValues());
    return this.#base;
  }

  /** The chart with settings on top of the user's values; `undefined` when it does not render so. */
  async tryRender(settings: readonly Setting[]): Promise<RenderedChart | undefined> {
    const coalesced = (await this.base()).root.values;
    let values = await this.#userValues();
    for (const { path, value } of [...this.#permissions, ...settings]) {
      values = withValueAt(values, coalesced, path, value);
    }
    try {
      // What a schema says of a value that is only there to be seen again does not matter.
      return await this.#render(values, { skipSchemaValidation: true });
    } catch (error) {
      if (error instanceof HelmTemplateError) return undefined;
      throw error;
    }
  }

  /**
   * The chart with other sources of values, as a user would render it.
   * @throws HelmTemplateError
   */
  async renderSources(sources: ValuesSources): Promise<RenderedChart> {
    return this.#render(await mergeValues(sources, { signal: this.#signal }));
  }

  async #userValues(): Promise<GoMap> {
    this.#user ??= await mergeValues(this.#chart.values, { signal: this.#signal });
    return this.#user;
  }

  async #render(values: GoMap, options: RenderOptions = {}): Promise<RenderedChart> {
    this.#renders += 1;
    return this.#chart.prepared.render({
      ...this.#chart.input.render,
      ...options,
      values,
      clock: () => renderedAtMs,
      randomBytes: repeatableBytes(),
      signal: this.#signal,
    });
  }
}

function repeatableBytes(): (sizeBytes: number) => Uint8Array {
  let calls = 0;
  return (sizeBytes) => {
    calls += 1;
    return createHash('shake256', { outputLength: sizeBytes }).update(String(calls)).digest();
  };
}
