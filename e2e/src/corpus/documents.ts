import { parseAllDocuments } from 'yaml';

/** One document of a render: the file it came from and its text. */
export interface TextDocument {
  /** Path of the template, and which of its documents this is: `chart/templates/x.yaml#2`. */
  readonly id: string;
  readonly text: string;
}

const SOURCE_LINE = /^# Source: (.*)$/;

/** Splits what `helm template` prints into documents; the ones without content are left out. */
export function splitDocuments(output: string): TextDocument[] {
  const documents: TextDocument[] = [];
  const counts = new Map<string, number>();
  let source = '';
  for (const part of output.split(/^---[ \t]*$/m)) {
    const lines = part.split('\n');
    const named = lines.map((line) => SOURCE_LINE.exec(line)?.[1]).find((name) => name !== undefined);
    // A CRD file may hold several documents under one source line.
    source = named ?? source;
    const text = lines
      .filter((line) => !SOURCE_LINE.test(line))
      .join('\n')
      .trimEnd();
    if (lines.every((line) => /^\s*(?:#.*)?$/.test(line))) continue;
    const count = (counts.get(source) ?? 0) + 1;
    counts.set(source, count);
    documents.push({ id: `${source}#${count}`, text: text.replace(/^\n+/, '') });
  }
  return documents;
}

/** Reads a document as plain data. Both sides of a comparison go through this one reader. */
export function readDocument(text: string): unknown {
  const documents = parseAllDocuments(text, {
    version: '1.1',
    uniqueKeys: false,
    merge: true,
    logLevel: 'silent',
    strict: false,
  });
  if (!Array.isArray(documents)) return null;
  return documents.map((document) => document.toJS({ maxAliasCount: -1, mapAsMap: false }) as unknown);
}
