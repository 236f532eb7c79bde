import { fromBytes } from '../go/byte-string.js';
import type { GoValue } from '../go/value.js';
import { construct } from './construct.js';
import { parseYaml } from './parser.js';

/**
 * Reads the first document of a YAML text as sigs.k8s.io/yaml does: YAML 1.1 by goyaml.v2, then through JSON, so
 * that every number is a float64. An empty text is `null`.
 *
 * @throws YamlError
 */
export function readYaml(text: string | Uint8Array): GoValue {
  return read(text, false);
}

/** As {@link readYaml}, but integers stay GoInt; for fields whose Go type decides how a number becomes text. */
export function readYamlTyped(text: string | Uint8Array): GoValue {
  return read(text, true);
}

function read(text: string | Uint8Array, typedNumbers: boolean): GoValue {
  const node = parseYaml(typeof text === 'string' ? text : fromBytes(text));
  return node === undefined ? null : construct(node, typedNumbers);
}
