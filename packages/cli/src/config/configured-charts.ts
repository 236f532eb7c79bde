import type { ChartInput } from '@oci-sync/discovery';

type Texts = string | readonly string[];

/** An entry of the settings file's `charts`, as the schema has it. */
interface ConfiguredChart {
  readonly chart: string;
  readonly version?: string;
  readonly values?: Texts;
  readonly set?: Texts;
  readonly setString?: Texts;
  readonly setJson?: Texts;
  readonly setFile?: Texts;
  readonly setLiteral?: Texts;
  readonly releaseName?: string;
  readonly namespace?: string;
  readonly kubeVersion?: string;
  readonly apiVersions?: Texts;
}

const texts = (value: Texts | undefined): readonly string[] => (value === undefined ? [] : [value].flat());

/** An entry of `charts` as what discovery takes. */
export function readConfiguredChart(entry: ConfiguredChart): ChartInput {
  return {
    chart: entry.chart,
    version: entry.version,
    values: {
      valuesFiles: texts(entry.values),
      set: texts(entry.set),
      setString: texts(entry.setString),
      setJson: texts(entry.setJson),
      setFile: texts(entry.setFile),
      setLiteral: texts(entry.setLiteral),
    },
    render: {
      releaseName: entry.releaseName,
      namespace: entry.namespace,
      kubeVersion: entry.kubeVersion,
      apiVersions: texts(entry.apiVersions),
    },
  };
}
