import { OciError } from '../errors/oci-error.js';
import { isLoopback } from './ip-address.js';
import { isNotTls } from './network-error.js';

/** What {@link BaseUrls} needs. */
export interface BaseUrlsOptions {
  readonly plainHttpHosts: readonly string[];
  /** Connects with TLS; rejects as Node does. */
  readonly tryTls: (origin: URL) => Promise<void>;
}

/**
 * Which scheme each host is spoken to with, decided once per run: TLS, but plain HTTP for hosts named so and for
 * loopback hosts that answer a TLS hello with something else.
 */
export class BaseUrls {
  readonly #plain: ReadonlySet<string>;
  readonly #tryTls: (origin: URL) => Promise<void>;
  readonly #loopback = new Map<string, Promise<URL>>();

  constructor(options: BaseUrlsOptions) {
    this.#plain = new Set(options.plainHttpHosts);
    this.#tryTls = options.tryTls;
  }

  /**
   * The base URL of `host[:port]`.
   * @throws OciError `OCI_INVALID_REFERENCE` when it is not a host.
   */
  async of(host: string): Promise<URL> {
    const secure = parse(`https://${host}`, host);
    if (this.isPlain(host)) return parse(`http://${host}`, host);
    if (!isLoopback(secure.hostname)) return secure;
    const known = this.#loopback.get(host);
    if (known !== undefined) return known;
    const detecting = this.#detect(secure, host);
    this.#loopback.set(host, detecting);
    return detecting;
  }

  /** Whether a host was named for plain HTTP. */
  isPlain(host: string): boolean {
    return this.#plain.has(host);
  }

  async #detect(secure: URL, host: string): Promise<URL> {
    try {
      await this.#tryTls(secure);
    } catch (error) {
      if (isNotTls(error)) return parse(`http://${host}`, host);
      // Nothing was learnt, as from a registry that is not up yet; the request itself says what is wrong.
      this.#loopback.delete(host);
    }
    return secure;
  }
}

function parse(text: string, host: string): URL {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (
    url === undefined ||
    url.pathname !== '/' ||
    url.username !== '' ||
    url.search !== '' ||
    url.hash !== ''
  ) {
    throw new OciError(`invalid registry host "${host}"`, { code: 'OCI_INVALID_REFERENCE' });
  }
  return url;
}
