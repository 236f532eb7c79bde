import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { sharedHelmFolder } from '../helm/shared-fixtures.js';
import { runOrThrow } from '../parts/run-command.js';
import type { StandIns } from './stand-ins.js';
import type { WebAnswer } from './web-host.js';

/** The published chart of RunWhen Local. */
export const chartFile = join(sharedHelmFolder(), 'charts', 'runwhen-contrib.runwhen-local.tgz');

/** RunWhen's catalog, in its old form and in today's. */
export const catalogFiles = {
  built: join(sharedHelmFolder(), '..', 'runwhen', 'catalog-2025.yaml'),
  named: join(sharedHelmFolder(), '..', 'runwhen', 'catalog-2026.yaml'),
};

const catalogPath = '/runwhen-contrib/codecollection-registry/main/codecollections.yaml';

/** Serves the catalog at its address. */
export function serveCatalog(standIns: StandIns, form: keyof typeof catalogFiles): void {
  serveCatalogAs(standIns, { body: readFileSync(catalogFiles[form]) });
}

/** Serves something else there. */
export function serveCatalogAs(standIns: StandIns, answer: WebAnswer): void {
  standIns.web['raw.githubusercontent.com'].pages.set(catalogPath, answer);
}

/** Serves the chart and the one it depends on, each in its repository. `scratch` is an empty folder. */
export async function serveCharts(standIns: StandIns, scratch: string): Promise<void> {
  await runOrThrow('tar', ['xzf', chartFile, '-C', scratch]);
  const packed = join(scratch, 'opentelemetry-collector.tgz');
  const charts = join(scratch, 'runwhen-local', 'charts');
  await runOrThrow('tar', ['czf', packed, '-C', charts, 'opentelemetry-collector']);
  serveChart(standIns, 'runwhen-contrib.github.io', '/helm-charts', {
    name: 'runwhen-local',
    version: '0.6.7',
    archive: readFileSync(chartFile),
  });
  serveChart(standIns, 'open-telemetry.github.io', '/opentelemetry-helm-charts', {
    name: 'opentelemetry-collector',
    version: '0.158.1',
    archive: readFileSync(packed),
  });
}

interface ServedChart {
  readonly name: string;
  readonly version: string;
  readonly archive: Buffer;
}

/** A repository whose index has an older version and a later prerelease, too, which cannot be downloaded. */
function serveChart(
  { web }: StandIns,
  host: 'runwhen-contrib.github.io' | 'open-telemetry.github.io',
  path: string,
  { name, version, archive }: ServedChart,
): void {
  const digest = createHash('sha256').update(archive).digest('hex');
  const entry = (each: string): object => ({
    apiVersion: 'v2',
    name,
    version: each,
    digest,
    urls: [`https://${host}${path}/${name}-${each}.tgz`],
  });
  const versions = ['0.1.0', version, '99.0.0-rc.1'];
  const index = { apiVersion: 'v1', entries: { [name]: versions.map(entry) } };
  const { pages } = web[host];
  pages.set(`${path}/index.yaml`, { body: JSON.stringify(index) });
  pages.set(`${path}/${name}-${version}.tgz`, { body: archive });
}
