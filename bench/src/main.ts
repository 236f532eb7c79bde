import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { availableParallelism, cpus } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { installParts } from '@oci-sync/e2e/parts/install.js';
import { scenarios } from './catalog.js';
import { formatTable, toJson, type ScenarioResult } from './report.js';

const usage = `usage: pnpm bench [--rounds N] [--peers NAME,…] [--output FILE] [scenario…]

${scenarios.map(({ name, describe, onDemand }) => `  ${name.padEnd(16)}${describe}${onDemand === true ? ' (only when named)' : ''}`).join('\n')}
`;

const defaultOutput = join(import.meta.dirname, '../results.json');

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    rounds: { type: 'string', default: '3' },
    peers: { type: 'string' },
    output: { type: 'string', default: defaultOutput },
    help: { type: 'boolean', short: 'h', default: false },
  },
});

const chosen =
  positionals.length === 0
    ? scenarios.filter(({ onDemand }) => onDemand !== true)
    : positionals.map((name) => scenarios.find((scenario) => scenario.name === name));
const known = chosen.filter((scenario) => scenario !== undefined);

if (values.help || known.length < chosen.length || !/^[1-9]\d?$/.test(values.rounds)) {
  process.stdout.write(usage);
  process.exitCode = values.help ? 0 : 2;
} else {
  const log = (line: string): void => {
    process.stderr.write(`bench: ${line}\n`);
  };
  // Registries keep their content in memory where they can, so that no disk takes part.
  const memory = existsSync('/dev/shm') ? mkdtempSync('/dev/shm/oci-sync-bench-') : undefined;
  if (memory !== undefined) process.env['TMPDIR'] = memory;
  try {
    await installParts(log);
    const results: ScenarioResult[] = [];
    for (const scenario of known) {
      const rows = await scenario.run({
        rounds: Number(values.rounds),
        peers: values.peers?.split(','),
        onProgress: (line) => log(`${scenario.name}: ${line}`),
      });
      results.push({ scenario, rows });
      process.stdout.write(`${formatTable({ scenario, rows })}\n`);
    }
    const facts = {
      date: new Date().toISOString(),
      node: process.version,
      cores: availableParallelism(),
      processor: cpus()[0]?.model,
      rounds: Number(values.rounds),
    };
    writeFileSync(values.output, toJson(results, facts));
    log(`numbers are in ${values.output}`);
  } finally {
    if (memory !== undefined) rmSync(memory, { recursive: true, force: true });
  }
}
