import { LineCounter, parseDocument, type Document } from 'yaml';
import { DiscoveryError } from '../errors.js';

/** An entry of a CodeCollection catalog; text that is absent is `undefined`. */
export interface CatalogEntry {
  /** `slug`, else `name`. */
  readonly name: string;
  readonly gitUrl: string | undefined;
  readonly imageSource: string | undefined;
  readonly imageRegistry: string | undefined;
  readonly defaultRef: string | undefined;
}

/** A catalog as read. */
export interface Catalog {
  /**
   * `named`: entries name their images (at least one has `image_source` or `image_registry`); `built`: images
   * are built from `git_url`.
   */
  readonly form: 'named' | 'built';
  readonly entries: readonly CatalogEntry[];
}

/**
 * Reads `codecollections.yaml` in either form. Unknown fields are left alone.
 * @throws DiscoveryError `DISCOVERY_INPUT_INVALID`: empty, HTML, no YAML, no `codecollections`, entries without
 * a name.
 */
export function parseCatalog(name: string, text: string): Catalog {
  const content = text.replace(/^\uFEFF/, '');
  if (content.trim() === '') throw invalid(name, 'is empty');
  if (/^\s*</.test(content)) {
    throw invalid(name, 'is HTML or XML, not YAML', 'use the address of the raw file');
  }
  const lineCounter = new LineCounter();
  const document = parseDocument(content, { lineCounter, prettyErrors: false });
  const [error] = document.errors;
  if (error !== undefined) {
    throw invalid(name, `is no YAML: line ${lineCounter.linePos(error.pos[0]).line}: ${error.message}`);
  }
  const top = readData(name, document);
  const list = isRecord(top) ? top['codecollections'] : undefined;
  if (!Array.isArray(list)) throw invalid(name, 'has no list "codecollections"');
  const entries = list.map((entry: unknown, index) => readCatalogEntry(name, entry, index));
  const named = entries.some(
    ({ imageSource, imageRegistry }) => imageSource !== undefined || imageRegistry !== undefined,
  );
  return { form: named ? 'named' : 'built', entries };
}

/** The data of a document; an alias that stands for nothing, or for too much, shows only here. */
function readData(name: string, document: Document): unknown {
  try {
    return document.toJS({ maxAliasCount: 100 });
  } catch (cause) {
    throw invalid(name, `cannot be read: ${cause instanceof Error ? cause.message : String(cause)}`);
  }
}

function readCatalogEntry(name: string, entry: unknown, index: number): CatalogEntry {
  const where = `entry ${index + 1}`;
  if (!isRecord(entry)) throw invalid(name, `${where} is no object`);
  const text = (key: string): string | undefined => {
    const value = entry[key];
    if (value === undefined || value === null || value === '') return undefined;
    if (typeof value !== 'string') throw invalid(name, `${where}: ${key} is not text`);
    return value;
  };
  const label = text('slug') ?? text('name') ?? text('git_url');
  if (label === undefined) throw invalid(name, `${where} has neither slug nor name nor git_url`);
  return {
    name: label,
    gitUrl: text('git_url'),
    imageSource: text('image_source'),
    imageRegistry: text('image_registry'),
    defaultRef: text('default_ref'),
  };
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function invalid(name: string, what: string, hint?: string): DiscoveryError {
  return new DiscoveryError(`catalog ${name} ${what}`, { code: 'DISCOVERY_INPUT_INVALID', hint });
}
