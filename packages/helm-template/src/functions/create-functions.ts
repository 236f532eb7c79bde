import type { FunctionTable } from '../template/function-table.js';
import { cryptoFunctions } from './crypto.js';
import { dataFormatFunctions } from './data-formats.js';
import { dateFunctions } from './dates.js';
import { defaultFunctions } from './defaults.js';
import { dictFunctions } from './dicts.js';
import { encodingFunctions } from './encoding.js';
import { engineFunctions } from './engine-functions.js';
import { listFunctions } from './lists.js';
import { numberFunctions } from './numbers.js';
import { pathFunctions } from './paths.js';
import { randomFunctions } from './random.js';
import type { RandomBytes } from './random-text.js';
import { reflectionFunctions } from './reflection.js';
import { regexFunctions } from './regex.js';
import { stringFunctions } from './strings.js';
import { urlFunctions } from './urls.js';
import { versionFunctions } from './versions.js';

/** All that functions take from outside a render. The same answers make the same render. */
export interface FunctionEnvironment {
  readonly randomBytes: RandomBytes;
  /** Milliseconds since 1970. */
  readonly clock: () => number;
  /** IANA name of the zone that `date` and `toDate` use: Go's `Local`. */
  readonly timeZone: string;
}

/**
 * The functions that a chart's templates can call besides the built-in ones: those of sprig 3.3.0 without `env`
 * and `expandenv`, and those of Helm 4.1.4. A function of a later Helm is not there, so a template that calls it
 * does not parse, as with Helm 4.1.4.
 */
export function createFunctions(environment: FunctionEnvironment): FunctionTable {
  return new Map([
    ...stringFunctions,
    ...numberFunctions,
    ...defaultFunctions,
    ...listFunctions,
    ...dictFunctions,
    ...reflectionFunctions,
    ...regexFunctions(),
    ...encodingFunctions,
    ...randomFunctions(environment.randomBytes),
    ...cryptoFunctions(environment),
    ...dateFunctions(environment),
    ...pathFunctions,
    ...urlFunctions,
    ...versionFunctions,
    ...dataFormatFunctions(environment.timeZone),
    ...engineFunctions,
  ]);
}
