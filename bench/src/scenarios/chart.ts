import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { partsProgram } from '@oci-sync/e2e/parts/parts-folder.js';
import { runOrThrow } from '@oci-sync/e2e/parts/run-command.js';
import { makeTemporaryFolder } from '@oci-sync/e2e/parts/temporary-folder.js';
import { medianMeasurement } from '../measure/median.js';
import { measureRun, type Measurement } from '../measure/measured-run.js';
import { cliPath } from '../peers.js';
import type { Row, RunSettings, Scenario } from '../scenario.js';

const templateCount = 200;

/** Rendering a chart, beside helm; both have to print the same. */
export const chartScenario: Scenario = {
  name: 'chart',
  describe: `a chart of ${templateCount} templates, rendered`,
  baseline: 'helm',
  run: measureRendering,
};

async function measureRendering({ rounds }: RunSettings): Promise<readonly Row[]> {
  const folder = makeTemporaryFolder();
  try {
    const chart = join(folder.path, 'bench');
    writeChart(chart);
    const env = { PATH: process.env['PATH'] ?? '', HOME: folder.path };
    const programs = [
      { name: 'oci-sync', program: process.execPath, args: [cliPath, 'template', 'release', chart], env },
      { name: 'helm', program: partsProgram('helm'), args: ['template', 'release', chart], env },
    ];
    const [ours = '', theirs = ''] = await Promise.all(
      programs.map(async ({ program, args }) => (await runOrThrow(program, args, { env })).toString()),
    );
    if (ours !== theirs) throw new Error('oci-sync and helm render the chart differently');
    const rows = programs.map(({ name }) => ({ name, all: [] as Measurement[] }));
    for (let round = 0; round < rounds; round += 1) {
      for (const [at, program] of programs.entries()) {
        rows[at]?.all.push(await measureRun(program, folder.path));
      }
    }
    return rows.map(({ name, all }) => ({ name, measurement: medianMeasurement(all) }));
  } finally {
    folder.remove();
  }
}

function writeChart(folder: string): void {
  const templates = join(folder, 'templates');
  mkdirSync(templates, { recursive: true });
  writeFileSync(join(folder, 'Chart.yaml'), 'apiVersion: v2\nname: bench\nversion: 1.0.0\n');
  writeFileSync(
    join(folder, 'values.yaml'),
    'image: {repository: example/app, tag: "1.0"}\nlabels: {team: core, tier: backend}\nports: [80, 443, 8080]\n',
  );
  writeFileSync(
    join(templates, '_helpers.tpl'),
    `{{- define "bench.labels" -}}
app: {{ .Chart.Name | quote }}
release: {{ .Release.Name | trunc 63 | trimSuffix "-" }}
{{- range $name, $value := .Values.labels }}
{{ $name }}: {{ $value | upper | quote }}
{{- end }}
{{- end -}}
`,
  );
  for (let number = 0; number < templateCount; number += 1) {
    writeFileSync(
      join(templates, `deployment-${number}.yaml`),
      `{{- $number := ${number} }}
apiVersion: apps/v1
kind: Deployment
metadata:
  name: {{ printf "%s-%d" .Release.Name $number }}
  labels: {{- include "bench.labels" . | nindent 4 }}
spec:
  template:
    spec:
      containers:
        - name: app
          image: "{{ .Values.image.repository }}-{{ $number }}:{{ .Values.image.tag }}"
          ports:
            {{- range .Values.ports }}
            - containerPort: {{ add . $number }}
            {{- end }}
          env: {{- toYaml (list (dict "name" "A" "value" "1") (dict "name" "B" "value" "2")) | nindent 12 }}
`,
    );
  }
}
