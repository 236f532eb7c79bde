/** A template does not parse. The message is Go's: `template: NAME:LINE: what is wrong`. */
export class TemplateParseError extends Error {
  override readonly name = 'TemplateParseError';
  readonly code = 'TEMPLATE_PARSE';
  readonly templateName: string;
  /** Line of the template, from 1. */
  readonly line: number;

  constructor(templateName: string, line: number, problem: string) {
    super(`template: ${templateName}:${line}: ${problem}`);
    this.templateName = templateName;
    this.line = line;
  }
}

/**
 * A template failed while it ran. The message is Go's:
 * `template: NAME:LINE:COLUMN: executing "NAME" at <CONTEXT>: what went wrong`.
 */
export class TemplateExecutionError extends Error {
  override readonly name = 'TemplateExecutionError';
  readonly code = 'TEMPLATE_EXECUTION';
  readonly templateName: string;
  /** The error of a called function, when that is what went wrong. */
  override readonly cause: Error | undefined;

  constructor(templateName: string, message: string, cause?: Error) {
    super(message);
    this.templateName = templateName;
    this.cause = cause;
  }
}

/** A budget of the render is spent: steps, output, time or nesting. Never caught by the engine itself. */
export class TemplateLimitError extends Error {
  override readonly name = 'TemplateLimitError';
  readonly code = 'TEMPLATE_LIMIT';
  /** Which limit: `maxSteps`, `maxOutputBytes`, `timeBudgetMs` or `depth`. */
  readonly limit: 'maxSteps' | 'maxOutputBytes' | 'timeBudgetMs' | 'depth';

  constructor(limit: 'maxSteps' | 'maxOutputBytes' | 'timeBudgetMs' | 'depth', message: string) {
    super(message);
    this.limit = limit;
  }
}
