import { type ManifestHead, readHead } from './manifests.js';

/**
 * Heads of the documents of the last two renders of a chart, by text. Who renders a chart again and again changes little
 * from one render to the next, and reading YAML takes longer than running the templates that write it.
 */
export class KnownHeads {
  #previous: ReadonlyMap<string, ManifestHead> = new Map();
  #current = new Map<string, ManifestHead>();

  /** The next render begins: what the last one but one wrote is forgotten. */
  next(): void {
    this.#previous = this.#current;
    this.#current = new Map();
  }

  /**
   * What Helm reads of a document.
   * @throws HelmTemplateError `HELM_MANIFEST_INVALID`
   */
  read(text: string, template: string): ManifestHead {
    const head = this.#current.get(text) ?? this.#previous.get(text) ?? readHead(text, template);
    this.#current.set(text, head);
    return head;
  }
}
