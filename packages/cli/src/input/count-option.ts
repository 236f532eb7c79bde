import { UsageError } from '../usage-error.js';

/** An option that takes a number from 1 on. */
export function countOption(name: string, describe: string, defaultDescription: string) {
  return {
    type: 'number',
    coerce: (value: number | undefined): number | undefined => {
      if (value !== undefined && !(Number.isInteger(value) && value > 0)) {
        throw new UsageError(`--${name} is not a number from 1 on`);
      }
      return value;
    },
    describe,
    defaultDescription,
  } as const;
}
