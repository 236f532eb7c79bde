import type { Socket } from 'node:net';
import type { SecureContext } from 'node:tls';
import { Client, ProxyAgent, buildConnector, type Dispatcher } from 'undici';
import { giveBackSent } from './give-back-sent.js';
import { bareHostname } from './ip-address.js';
import { largeReads } from './large-reads.js';
import type { ReadBuffers } from './read-buffers.js';

/** How one origin is connected to. */
export interface OriginConnectionsOptions {
  readonly secureContext: SecureContext | undefined;
  readonly proxy: URL | undefined;
  /** TLS material for the proxy itself, where it is reached by https. */
  readonly proxySecureContext: SecureContext | undefined;
  readonly connectTimeoutMs: number;
  /** What direct connections read into. */
  readonly buffers: ReadBuffers;
}

/** One connection, for one exchange. */
export interface ConnectionLease {
  readonly dispatcher: Dispatcher;
  /** Whether what it reads comes in large pieces (`largeReads`). */
  readonly readsLargePieces: boolean;
  /** The body that follows is needed by nobody else: its pieces are read into again as soon as they have been sent. */
  giveBackSent(): void;
  /** The exchange is over: the connection may serve another. */
  release(): void;
  /** The exchange failed or was given up: the connection is closed. */
  discard(): void;
}

/** Bytes a socket buffers: with more, fewer and larger reads; the parser takes all there is at once. */
const socketBufferBytes = 256 * 1024;

/** How long an idle connection is kept; load balancers in front of registries drop them after a minute or more. */
const keepAliveMs = 20_000;

/** Connections that wait unused at most: as many as there are requests to a host at a time. */
const mostAhead = 64;

const longestHeaderBytes = 64 * 1024;

/** A connection that is kept. */
interface Connection {
  readonly dispatcher: Dispatcher;
  /** What becomes of the pieces it sends (`giveBackSent`). */
  readonly sent: { areGivenBack: boolean };
}

/**
 * The connections to one origin: kept alive, opened on demand or ahead of it. The one used last is used first. This is
 * no undici Pool: that one takes a connection as busy for a turn of the event loop after its answer ended, and opens
 * another for a request that comes at once, which every upload does.
 */
export class OriginConnections {
  readonly #origin: URL;
  readonly #open: () => Connection;
  readonly #connect: buildConnector.connector | undefined;
  readonly #idle: Connection[] = [];
  readonly #all = new Set<Connection>();
  /** Connections nobody uses yet, in the order they were asked for. */
  readonly #ahead: Promise<Socket | undefined>[] = [];
  #closed = false;
  /** TLS session of the newest connection, so that another one need not negotiate everything anew. */
  #session: Buffer | undefined;

  constructor(origin: URL, options: OriginConnectionsOptions) {
    this.#origin = origin;
    const tls = {
      ...(options.secureContext === undefined ? {} : { secureContext: options.secureContext }),
      timeout: options.connectTimeoutMs,
      highWaterMark: socketBufferBytes,
    };
    const connection = {
      keepAliveTimeout: keepAliveMs,
      keepAliveMaxTimeout: 10 * keepAliveMs,
      maxHeaderSize: longestHeaderBytes,
      strictContentLength: true,
    };
    const { proxy, proxySecureContext, buffers } = options;
    if (proxy === undefined) {
      this.#connect = (target, callback) => {
        // A connector for each connection, as its reads are; so TLS sessions are carried from one to the next here.
        const session = this.#session;
        const resumed = session === undefined ? {} : { session };
        const connector = buildConnector({ ...tls, ...resumed, onread: largeReads(buffers) });
        connector(target, (...result) => {
          const [, socket] = result;
          socket?.on('session', (ticket: Buffer) => (this.#session = ticket));
          callback(...result);
        });
      };
      this.#open = () => {
        const sent = { areGivenBack: false };
        const connect: buildConnector.connector = (target, callback) => {
          this.#take(target, (...result) => {
            const [error, socket] = result;
            if (error === null) giveBackSent(socket, buffers, () => sent.areGivenBack);
            callback(...result);
          });
        };
        return { dispatcher: new Client(origin, { ...connection, connect }), sent };
      };
    } else {
      const proxyTls = {
        timeout: options.connectTimeoutMs,
        ...(proxySecureContext === undefined ? {} : { secureContext: proxySecureContext }),
      };
      this.#open = () => ({
        sent: { areGivenBack: false },
        dispatcher: new ProxyAgent({
          ...connection,
          connections: 1,
          uri: proxy.href,
          requestTls: tls,
          proxyTls,
          proxyTunnel: origin.protocol === 'https:',
        }),
      });
    }
  }

  /** A connection nobody else uses; opened by its first exchange where there is none. */
  lease(): ConnectionLease {
    const connection = this.#idle.pop() ?? this.#open();
    const { dispatcher, sent } = connection;
    this.#all.add(connection);
    if (this.#closed) void dispatcher.destroy();
    let over = false;
    return {
      dispatcher,
      readsLargePieces: this.#connect !== undefined,
      giveBackSent: () => {
        sent.areGivenBack = true;
      },
      release: () => {
        if (!over && this.#all.has(connection)) {
          sent.areGivenBack = false;
          this.#idle.push(connection);
        }
        over = true;
      },
      discard: () => {
        if (!over && this.#all.delete(connection)) void dispatcher.destroy();
        over = true;
      },
    };
  }

  /**
   * Opens connections for so many requests to come, less those that idle ones will serve. Through a proxy there is
   * nothing to do.
   */
  preconnect(count: number): void {
    if (this.#connect === undefined || this.#closed) return;
    const more = Math.min(count - this.#idle.length, mostAhead - this.#ahead.length);
    for (let opened = 0; opened < more; opened += 1) {
      this.#ahead.push(this.#connectAhead().catch(() => undefined));
    }
  }

  /**
   * Opens one connection and keeps it for the first request to come. Through a proxy there is nothing to find out.
   * @throws what connecting failed with, as Node says it.
   */
  async probe(): Promise<void> {
    if (this.#connect === undefined) return;
    const socket = await this.#connectAhead();
    this.#ahead.push(Promise.resolve(socket));
  }

  /** Closes every connection, in use or not. */
  async close(): Promise<void> {
    this.#closed = true;
    for (const connecting of this.#ahead.splice(0)) {
      void connecting.then((socket) => socket?.destroy());
    }
    const all = [...this.#all];
    this.#all.clear();
    this.#idle.length = 0;
    await Promise.all(all.map(({ dispatcher }) => dispatcher.destroy()));
  }

  #connectAhead(): Promise<Socket> {
    const { protocol, host, hostname, port } = this.#origin;
    return new Promise((resolve, reject) => {
      this.#connect?.({ protocol, host, hostname: bareHostname(hostname), port }, (error, socket) => {
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
