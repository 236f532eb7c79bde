import type { Socket } from 'node:net';
import type { SecureContext } from 'node:tls';
import { Pool, ProxyAgent, buildConnector, type Dispatcher } from 'undici';
import { bareHostname } from './ip-address.js';

/** How one origin is connected to. */
export interface OriginConnectionsOptions {
  readonly secureContext: SecureContext | undefined;
  readonly proxy: URL | undefined;
  /** TLS material for the proxy itself, where it is reached by https. */
  readonly proxySecureContext: SecureContext | undefined;
  readonly connectTimeoutMs: number;
}

/** Bytes a socket buffers: with more, fewer and larger reads; the parser takes all there is at once. */
const socketBufferBytes = 256 * 1024;

/** How long an idle connection is kept; load balancers in front of registries drop them after a minute or more. */
const keepAliveMs = 20_000;

const longestHeaderBytes = 64 * 1024;

/** The connections to one origin: kept alive, opened on demand or ahead of it. */
export class OriginConnections {
  readonly dispatcher: Dispatcher;
  readonly #origin: URL;
  readonly #connect: buildConnector.connector | undefined;
  /** Connections nobody uses yet, in the order they were asked for. */
  readonly #ahead: Promise<Socket | undefined>[] = [];
  #closed = false;

  constructor(origin: URL, options: OriginConnectionsOptions) {
    this.#origin = origin;
    const tls = {
      ...(options.secureContext === undefined ? {} : { secureContext: options.secureContext }),
      timeout: options.connectTimeoutMs,
      highWaterMark: socketBufferBytes,
    };
    const pool = {
      keepAliveTimeout: keepAliveMs,
      keepAliveMaxTimeout: 10 * keepAliveMs,
      maxHeaderSize: longestHeaderBytes,
      strictContentLength: true,
    };
    if (options.proxy === undefined) {
      this.#connect = buildConnector(tls);
      this.dispatcher = new Pool(origin, {
        ...pool,
        connect: (target, callback) => {
          this.#take(target, callback);
        },
      });
    } else {
      this.dispatcher = new ProxyAgent({
        ...pool,
        uri: options.proxy.href,
        requestTls: tls,
        proxyTls: {
          timeout: options.connectTimeoutMs,
          ...(options.proxySecureContext === undefined ? {} : { secureContext: options.proxySecureContext }),
        },
        proxyTunnel: origin.protocol === 'https:',
      });
    }
  }

  /** Opens connections for requests to come. Through a proxy there is nothing to do. */
  preconnect(count: number): void {
    if (this.#connect === undefined || this.#closed) return;
    while (this.#ahead.length < count) {
      this.#ahead.push(this.#open().catch(() => undefined));
    }
  }

  /**
   * Opens one connection and hands it to the first request to come.
   * @throws what connecting failed with, as Node says it.
   */
  async probe(): Promise<void> {
    this.#ahead.push(Promise.resolve(await this.#open()));
  }

  /** Drops every connection, in use or not. */
  async close(): Promise<void> {
    this.#closed = true;
    for (const connecting of this.#ahead.splice(0)) {
      void connecting.then((socket) => socket?.destroy());
    }
    await this.dispatcher.destroy(null);
  }

  #open(): Promise<Socket> {
    const { protocol, host, hostname, port } = this.#origin;
    const connect = this.#connect;
    return new Promise((resolve, reject) => {
      connect?.({ protocol, host, hostname: bareHostname(hostname), port }, (error, socket) => {
        if (error !== null) {
          reject(error);
          return;
        }
        socket.on('error', ignore);
        socket.unref();
        resolve(socket);
      });
    });
  }

  #take(target: buildConnector.Options, callback: buildConnector.Callback): void {
    const connecting = this.#ahead.shift();
    if (connecting === undefined) {
      this.#connect?.(target, callback);
      return;
    }
    void connecting.then((socket) => {
      if (socket === undefined || socket.destroyed || socket.readableEnded) {
        this.#connect?.(target, callback);
        return;
      }
      socket.off('error', ignore);
      socket.ref();
      callback(null, socket);
    });
  }
}

function ignore(): void {
  // A connection that breaks before it is used is found destroyed when it is wanted.
}
