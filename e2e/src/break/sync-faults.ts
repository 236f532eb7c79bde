import type { Fault } from './faults.js';

/** Rows of whole runs among the stand-ins. */
export const syncFaults: readonly Fault[] = [
  {
    name: 'sync: every tag counts as the newest',
    changes: [
      {
        file: 'discovery/dist/tags/tag-pattern.js',
        find: "tag !== 'latest' && !digestTag.test(tag) && !excluded.some((matches) => matches(tag))",
        replace: 'true',
      },
    ],
    tests: 'src/sync/fallbacks',
    rows: 'neither chart nor catalog',
  },
  {
    name: 'sync: the images of workers stay where they are',
    changes: [
      {
        file: 'sync/dist/sync/mirror-values.js',
        find: 'rules: preset?.valuesRules',
        replace: 'rules: []',
      },
    ],
    tests: 'src/sync/examples',
    rows: '4: a prefix',
  },
  {
    name: 'sync: date tags are forgotten',
    changes: [
      {
        file: 'discovery/dist/plan/create-plan.js',
        find: 'options.dateTags === true ? dateStamp(now) : undefined',
        replace: 'undefined',
      },
    ],
    tests: 'src/sync/examples',
    rows: '5: date tags',
  },
  {
    name: 'sync: a tag that has moved goes unnoticed',
    changes: [
      {
        file: 'sync/dist/sync/check-moved.js',
        find: 'digest !== image.source.digest',
        replace: 'false',
      },
    ],
    tests: 'src/sync/plans',
    rows: 'stored, then applied',
  },
  {
    name: 'sync: what could not be planned is taken for complete',
    changes: [
      {
        file: 'sync/dist/verify/verify-images.js',
        find: 'summary.failures.length + summary.planFailures.length === 0',
        replace: 'true',
      },
    ],
    tests: 'src/sync/failures',
    rows: 'a budget of Docker Hub',
  },
];
