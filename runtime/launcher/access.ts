import { createPrivateKey, X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createSecureContext } from 'node:tls';
import type { OptionValues } from 'commander';
import { UsageError } from '../command-line.ts';
import { isLoopbackHost } from '../loopback-address.ts';

/** How clients may reach the store. */
export interface ClientAccess {
  /** Origins of web pages elsewhere that may do what programs may. */
  readonly origins: string[];
  /** Names by which clients on this machine may call it. */
  readonly hosts: string[];
  /** A certificate and its key, in PEM: clients speak https and wss. */
  readonly tls: { readonly cert: string; readonly key: string } | undefined;
}

/** What an attacker beyond this machine cannot guess within the rate that one address has. */
const LEAST_TOKEN_LENGTH = 16;

/** Throws a `UsageError` for what cannot be used, and for a store that would be open to the network by mistake. */
export function readAccess(given: OptionValues, host: string): ClientAccess {
  const { tlsCert, tlsKey, insecureHttp } = given;
  if (!tlsCert !== !tlsKey) throw new UsageError('--tls-cert and --tls-key go together');
  if (tlsCert && insecureHttp) throw new UsageError('--tls-cert and --insecure-http exclude each other');
  if (!tlsCert && !insecureHttp && !isLoopbackHost(host)) {
    throw new UsageError(
      `--host (BAZAR_HOST) ${host} opens the store to the network: give it --tls-cert FILE and --tls-key FILE, or say --insecure-http`,
    );
  }
  return {
    origins: listOf(given.cors).map(readOrigin),
    hosts: listOf(given.allowHost).map(readHost),
    tls: tlsCert ? readCertificate(tlsCert, tlsKey) : undefined,
  };
}

/** Throws a `UsageError` for a token that is too short for the network. */
export function refuseShortTokens(host: string, tokens: Readonly<Record<string, string | undefined>>): void {
  if (isLoopbackHost(host)) return;
  for (const [name, token] of Object.entries(tokens)) {
    if (token === undefined || token.length >= LEAST_TOKEN_LENGTH) continue;
    throw new UsageError(`${name} must have at least ${LEAST_TOKEN_LENGTH} characters beyond this machine`);
  }
}

/** What to tell people of a store that is open to the network in the clear. */
export function accessWarning({ tls }: ClientAccess, host: string): string | undefined {
  if (tls || isLoopbackHost(host)) return undefined;
  return `clients speak plain HTTP on ${host}: whoever is on their way reads tokens and orders, and can change them`;
}

/** From a flag that may be repeated, or from its variable, where commas stand between them. */
function listOf(given: readonly string[] | string = []): readonly string[] {
  const texts = typeof given === 'string' ? given.split(',') : given;
  return texts.map((text) => text.trim()).filter(Boolean);
}

function readOrigin(text: string): string {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url && /^https?:$/.test(url.protocol) && `${url.origin}/` === url.href) return url.origin;
  throw new UsageError(`--cors (BAZAR_CORS) must be an origin such as https://shop.example, not "${text}"`);
}

function readHost(text: string): string {
  if (/^([\w.-]+|\[[\da-f:.]+\])$/i.test(text)) return text;
  throw new UsageError(`--allow-host (BAZAR_ALLOW_HOST) must be a name without port, not "${text}"`);
}

function readCertificate(certFile: string, keyFile: string): ClientAccess['tls'] {
  const pem = { cert: readPem('--tls-cert', certFile), key: readPem('--tls-key', keyFile) };
  let belongs: boolean;
  try {
    createSecureContext(pem);
    belongs = new X509Certificate(pem.cert).checkPrivateKey(createPrivateKey(pem.key));
  } catch (error) {
    throw new UsageError(
      `${certFile} and ${keyFile} are no certificate and its key: ${(error as Error).message}`,
    );
  }
  // TLS itself would take a key of another kind, and then fail with every client.
  if (!belongs) throw new UsageError(`${keyFile} is not the key of ${certFile}`);
  return pem;
}

function readPem(option: string, file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    throw new UsageError(`${option} ${file} cannot be read: ${(error as NodeJS.ErrnoException).code}`);
  }
}
