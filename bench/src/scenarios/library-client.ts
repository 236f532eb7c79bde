import { createCopier } from '@oci-sync/oci-client';

const [from = '', to = '', count = ''] = process.argv.slice(2);
const copier = createCopier({ http: { plainHttpHosts: [from, to] } });
const requests = Array.from({ length: Number(count) }, (_, number) => ({
  source: `${from}/source/image-${number}:v1`,
  destination: `${to}/copy/image-${number}:v1`,
}));
let copied = 0;
await copier.copyAll(requests, {
  onOutcome: (outcome) => {
    if (outcome.outcome === 'failed') throw outcome.error;
    copied += 1;
  },
});
await copier.close();
if (copied !== requests.length) throw new Error(`${copied} of ${requests.length} images are copied`);
