import { HelmTemplateError } from '../errors.js';
import {
  TemplateExecutionError,
  TemplateLimitError,
  TemplateParseError,
} from '../template/template-error.js';
import type { TemplateFile } from './chart-data.js';

const PLACE = /^template: (.*?):([0-9]+)(?::([0-9]+))?: /s;

/** An error of the template language as the one this package reports; everything else as it is. */
export function toHelmError(error: unknown, file: TemplateFile): unknown {
  if (error instanceof TemplateLimitError) {
    return new HelmTemplateError('HELM_LIMIT_EXCEEDED', `${file.name}: ${error.message}`, {
      chart: file.chartPath,
      template: file.name,
      cause: error,
    });
  }
  if (error instanceof TemplateParseError) {
    return new HelmTemplateError('HELM_TEMPLATE_PARSE', error.message, {
      chart: file.chartPath,
      template: file.name,
      line: error.line,
      cause: error,
    });
  }
  if (!(error instanceof TemplateExecutionError)) return error;
  const [, template = file.name, line, column] = PLACE.exec(error.message) ?? [];
  return new HelmTemplateError('HELM_TEMPLATE_EXEC', readable(error.message), {
    chart: file.chartPath,
    template,
    line: line === undefined ? undefined : Number(line),
    // Go counts columns from 0.
    column: column === undefined ? undefined : Number(column) + 1,
    cause: error,
  });
}

/** What a chart's author says through `fail` and `required` goes without the words of the engine, as in Helm. */
function readable(message: string): string {
  const said = /error calling (?:fail|required): (.*)$/s.exec(message)?.[1];
  const place = /^template: (.*?:[0-9]+:[0-9]+): /s.exec(message)?.[1];
  return said === undefined || place === undefined ? message : `execution error at (${place}): ${said}`;
}
