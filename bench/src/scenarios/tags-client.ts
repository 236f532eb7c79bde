import { compareTags, findNewestTag } from '@oci-sync/discovery';
import { createCopier } from '@oci-sync/oci-client';

const [registry = '', concurrency = ''] = process.argv.slice(2);
const copier = createCopier();
const source = await copier.open({ kind: 'registry', registry, repository: 'dated' });
const newest = await findNewestTag(source, {
  compare: compareTags,
  concurrency: Number(concurrency),
  remainingPulls: () => copier.client.rateLimitOf(registry)?.remaining,
});
await copier.close();
// What the scenario expects to be the newest.
if (newest?.tag !== process.argv[4]) throw new Error(`the newest tag is said to be ${newest?.tag}`);
