import type { JsonValue } from '@oci-sync/helm-template';
import { offerQualified } from './container-rules.js';
import { parseYamlDocuments } from '../json/yaml-documents.js';
import { atIndex } from './json-path.js';
import { offer, type Scan } from './scan.js';

/** How many texts inside texts are opened. */
const deepest = 4;
/** Longest text that is read as YAML; longer ones are only searched. */
const longestYaml = 2 * 1024 * 1024;

/** Applies the rules for fields to a value. */
export type WalkValue = (scan: Scan, value: JsonValue, path: string) => void;

/** A line such as `image: x`, `"helper_image" = "x"`. */
const imageLine =
  /^[ \t]*(?:-[ \t]+)?["']?[\w.-]*image(?:_?name)?["']?[ \t]*[:=][ \t]*["']?([^"'\n]*?)["']?[ \t]*,?(?:[ \t]#.*)?$/gim;

/**
 * Text inside a document, such as a file in a ConfigMap: read as YAML or JSON where it is, and what it holds gets
 * the rules of documents; otherwise searched for lines that name an image and for references that name registry
 * and version. Nothing found in text is certain.
 */
export function scanEmbeddedText(outer: Scan, text: string, path: string, walk: WalkValue): void {
  if (outer.depth >= deepest) return;
  const scan: Scan = { ...outer, ceiling: 'probable', depth: outer.depth + 1 };
  const documents = text.length > longestYaml ? [] : structuredDocuments(text);
  if (documents.length === 0) {
    searchLines(scan, text, path);
    offerQualified(scan, text, path, 'text');
    return;
  }
  for (const [index, document] of documents.entries()) {
    walk(scan, document, `${documents.length === 1 ? path : atIndex(path, index)}#`);
  }
}

/** The objects and lists a text holds; empty when it is no YAML or only prose. */
function structuredDocuments(text: string): readonly JsonValue[] {
  const parsed = parseYamlDocuments(text);
  if (parsed === undefined) return [];
  const isProse = parsed.some((document) => typeof document === 'string');
  return isProse ? [] : parsed.filter((document) => typeof document === 'object' && document !== null);
}

function searchLines(scan: Scan, text: string, path: string): void {
  for (const [, value = ''] of text.matchAll(imageLine)) {
    const isTemplate = value.includes('{{');
    if (!isTemplate && !/[/:]/.test(value)) continue;
    offer(scan, {
      text: value,
      path,
      rule: 'text-line',
      confidence: 'probable',
      untagged: 'unknown',
      isImageField: isTemplate,
    });
  }
}
