import type { Measurement } from './measure/measured-run.js';
import type { Traffic } from './network/counting-proxy.js';

/** One line of a scenario's table: a program, or a size, with what it took. */
export interface Row {
  readonly name: string;
  readonly measurement: Measurement;
  /** What went over the wire, where it was counted. */
  readonly source?: Traffic | undefined;
  readonly destination?: Traffic | undefined;
}

/** How to run scenarios. */
export interface RunSettings {
  /** Times everything is measured; medians count. */
  readonly rounds: number;
  /** Peers to measure beside oci-sync. @default all */
  readonly peers: readonly string[] | undefined;
  readonly onProgress: (line: string) => void;
}

/** Something to measure. */
export interface Scenario {
  readonly name: string;
  readonly describe: string;
  /** Only run where it is named. @default false */
  readonly onDemand?: boolean | undefined;
  /** The row that others are compared with. */
  readonly baseline: string;
  /** @throws Error when what a program made is not what it should be. */
  run(settings: RunSettings): Promise<readonly Row[]>;
}
