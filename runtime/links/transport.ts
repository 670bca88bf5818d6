/**
 * The port under the links: something that carries text frames, in order, between two ends, until it closes.
 * Implementations: WebSocket (`web-socket-transport.ts`) and the simulated network of the tests.
 */
export interface Connection {
  /** Hands one frame over; frames that did not arrive before a close are lost. Nothing once it is closed. */
  send(frame: string): void;
  /** Bytes handed over and not yet taken by the operating system. */
  readonly bufferedBytes: number;
  /** Closes both directions; `closed` is called once, later, on this end too. Closing again does nothing. */
  close(): void;
}

/** SHA-256 of the certificates that the ends of an encrypted connection have shown each other. */
export interface ShownCertificates {
  readonly own: string;
  readonly peer: string;
}

/** A connection between two nodes. */
export interface PeerConnection extends Connection {
  /** Once it is open; undefined in the clear. */
  readonly certificates?: ShownCertificates | undefined;
  /**
   * The peer has proved who it is. Until this is called the connection takes `maxStrangerBytes` from it, all frames
   * together, and closes at more.
   */
  trust(): void;
}

/** What a connection reports. None of these is called before `dial` or the accept callback has returned. */
export interface ConnectionEvents {
  opened(): void;
  frame(text: string): void;
  closed(reason: string): void;
}

export interface Listener {
  /** Where others dial, e.g. `ws://127.0.0.1:40123` or `ws+unix:/tmp/bazar-sock-Xy12Zz/catalog-1.1`. */
  readonly url: string;
  /** Accepts no more, and closes the connections that were accepted. */
  close(): Promise<void>;
}

export interface Transport {
  /** Starts dialling `url`; `opened` or `closed` follows. */
  dial(url: string, events: ConnectionEvents): PeerConnection;
  /** Accepts connections; `accept` gives the events of each. An accepted connection is open at once. */
  listen(accept: (connection: PeerConnection) => ConnectionEvents): Promise<Listener>;
}
