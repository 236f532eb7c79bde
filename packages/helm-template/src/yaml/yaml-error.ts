/** YAML that goyaml.v2 refuses. The message is the one it gives, such as `yaml: line 3: did not find expected key`. */
export class YamlError extends Error {
  override readonly name = 'YamlError';

  constructor(problem: string, line?: number) {
    super(`yaml: ${line === undefined || line === 0 ? '' : `line ${line}: `}${problem}`);
  }
}

/** YAML that cannot become JSON: sigs.k8s.io/yaml's own errors, which have no `yaml:` before them. */
export class YamlConversionError extends YamlError {
  constructor(message: string) {
    super(message);
    this.message = message;
  }
}

/**
 * A problem that the scanner found. goyaml counts its lines from 1, but names none on the first.
 *
 * @param line - counts from 0
 */
export function scannerError(problem: string, line: number): YamlError {
  return new YamlError(problem, line === 0 ? undefined : line + 1);
}
