import type { DiscoveredChart } from '@oci-sync/discovery';
import type { SyncOptions } from './sync-options.js';
import type { ChartValues, SyncedImage } from './sync-report.js';
import { protectInputs, writeFiles, type OutputFile } from './write-files.js';

/** `name.yaml`, or `name-chart.yaml` where a run has several charts. */
function fileName(stem: string, extension: string, chart: string | undefined, isOnly: boolean): string {
  return isOnly || chart === undefined ? `${stem}.${extension}` : `${stem}-${chart}.${extension}`;
}

function keptFiles(
  charts: readonly DiscoveredChart[],
  images: readonly SyncedImage[],
): readonly OutputFile[] {
  const ofCharts = images
    .filter(({ image }) => image.group === 'chart' || image.group === 'list')
    .map(({ source }) => source);
  return [
    ...charts.map((chart) => ({
      name: fileName('rendered_chart', 'yaml', chart.name, charts.length === 1),
      text: chart.rendered.text,
    })),
    {
      name: 'helm_chart_images.txt',
      text: [...new Set(ofCharts)]
        .toSorted()
        .map((source) => `${source}\n`)
        .join(''),
    },
  ];
}

/**
 * Checks before anything is copied that what the run leaves behind does not replace the user's values.
 * @throws OciError `OCI_INVALID_OPTION`
 */
export async function checkRunFiles(
  charts: readonly DiscoveredChart[],
  {
    keepFiles = false,
    outDirectory,
    valuesFile,
  }: Pick<SyncOptions, 'outDirectory' | 'keepFiles' | 'valuesFile'>,
): Promise<void> {
  if (outDirectory === undefined) return;
  const stems = keepFiles ? ['updated_values', 'rendered_chart'] : ['updated_values'];
  const names = charts.length === 0 ? [undefined] : charts.map(({ name }) => name);
  const inputs = charts.flatMap(({ values: { valuesFiles = [] } }) =>
    valuesFiles.filter((file) => typeof file === 'string'),
  );
  await protectInputs(
    outDirectory,
    stems.flatMap((stem) => names.map((name) => fileName(stem, 'yaml', name, names.length === 1))),
    valuesFile === undefined ? inputs : [...inputs, valuesFile],
  );
}

/**
 * Writes what a run leaves behind: `updated_values.yaml`, and with `keepFiles` the rendered chart and the list of its
 * images, as the script that oci-sync replaces named them. Resolves with the paths.
 */
export async function writeRunFiles(
  charts: readonly DiscoveredChart[],
  values: readonly ChartValues[],
  images: readonly SyncedImage[],
  options: Pick<SyncOptions, 'outDirectory' | 'keepFiles' | 'onEvent'>,
): Promise<readonly string[]> {
  const { outDirectory, keepFiles = false, onEvent } = options;
  if (outDirectory === undefined) return [];
  const updated = values.map(({ chart, values: { text } }) => ({
    name: fileName('updated_values', 'yaml', chart, values.length === 1),
    text,
  }));
  const paths = await writeFiles(outDirectory, [...updated, ...(keepFiles ? keptFiles(charts, images) : [])]);
  for (const path of paths) onEvent?.({ type: 'file-written', path });
  return paths;
}
