/** Compares renders of a folder of charts with the real helm's; see {@link USAGE}. */
import { readdirSync, writeFileSync } from 'node:fs';
import { checkDefaults } from './check-defaults.js';
import { checkMutations } from './check-mutations.js';
import { readOptions, USAGE } from './options.js';
import { meetsBar, summarize } from './summary.js';

async function main(): Promise<void> {
  const args = process.argv.slice(2);
  if (args.includes('--help')) {
    console.log(USAGE);
    return;
  }
  const options = readOptions(args);
  const names = readdirSync(options.charts)
    .filter((name) => name.endsWith('.tgz'))
    .sort();
  if (names.length === 0) throw new Error(`no .tgz in ${options.charts}`);
  const results = await checkDefaults(names, options);
  const mutations = options.mutations > 0 ? await checkMutations(names, options) : [];
  const summary = summarize(results, mutations, options.seed);
  console.log(`\n${summary}`);
  if (options.report !== undefined) writeFileSync(options.report, `${summary}\n`);
  if (!meetsBar(results, mutations)) process.exitCode = 1;
}

await main();
