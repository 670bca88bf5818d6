/** In PEM: a certificate, with those between it and its root, and its private key. */
export interface Certificate {
  readonly cert: string;
  readonly key: string;
}
