/**
 * What went wrong, for programs:
 *
 * - `HELM_CHART_NOT_FOUND`: the path is neither a chart directory nor a readable archive.
 * - `HELM_CHART_INVALID`: the files are no chart (no Chart.yaml, bad metadata, unsafe archive entries).
 * - `HELM_DEPENDENCY_MISSING`: Chart.yaml names charts that are not in `charts/`.
 * - `HELM_VALUES_NOT_FOUND`: a values file, or a file that `--set-file` names, can't be read.
 * - `HELM_VALUES_INVALID`: a values file, a `--set` expression or a values table has the wrong form.
 * - `HELM_SCHEMA_VIOLATION`: the values don't meet `values.schema.json`, or that schema is none.
 * - `HELM_KUBE_VERSION_MISMATCH`: the chart's `kubeVersion` excludes the cluster version.
 * - `HELM_OPTION_INVALID`: a render option can't be used (kube version, release name, template to show).
 * - `HELM_TEMPLATE_PARSE`: a template is not well-formed.
 * - `HELM_TEMPLATE_EXEC`: a template failed while it ran, `fail` and `required` included.
 * - `HELM_MANIFEST_INVALID`: a template's output is not YAML.
 * - `HELM_LIMIT_EXCEEDED`: a bound on size, steps, depth or time was reached.
 */
export type HelmTemplateErrorCode =
  | 'HELM_CHART_NOT_FOUND'
  | 'HELM_CHART_INVALID'
  | 'HELM_DEPENDENCY_MISSING'
  | 'HELM_VALUES_NOT_FOUND'
  | 'HELM_VALUES_INVALID'
  | 'HELM_SCHEMA_VIOLATION'
  | 'HELM_KUBE_VERSION_MISMATCH'
  | 'HELM_OPTION_INVALID'
  | 'HELM_TEMPLATE_PARSE'
  | 'HELM_TEMPLATE_EXEC'
  | 'HELM_MANIFEST_INVALID'
  | 'HELM_LIMIT_EXCEEDED';

/** Where an error belongs. Lines and columns count from 1. */
export interface HelmErrorLocation {
  readonly chart?: string | undefined;
  /** Full template name, such as `root/charts/sub/templates/x.yaml`. */
  readonly template?: string | undefined;
  readonly line?: number | undefined;
  readonly column?: number | undefined;
}

export interface HelmTemplateErrorOptions extends HelmErrorLocation {
  /** What the reader can do about it. */
  readonly hint?: string | undefined;
  readonly cause?: unknown;
}

/** The one error class of this package. `message` is one line without control characters. */
export class HelmTemplateError extends Error {
  override readonly name = 'HelmTemplateError';
  readonly code: HelmTemplateErrorCode;
  readonly chart: string | undefined;
  readonly template: string | undefined;
  readonly line: number | undefined;
  readonly column: number | undefined;
  readonly hint: string | undefined;

  constructor(code: HelmTemplateErrorCode, message: string, options: HelmTemplateErrorOptions = {}) {
    super(oneLine(message), options.cause === undefined ? undefined : { cause: options.cause });
    this.code = code;
    this.chart = options.chart;
    this.template = options.template;
    this.line = options.line;
    this.column = options.column;
    this.hint = options.hint;
  }
}

function oneLine(text: string): string {
  return text
    .replace(/[\t\r\n]+/g, ' ')
    .replace(/[\u0000-\u001f\u007f-\u009f]/g, '')
    .trim();
}
