import { createHmac, timingSafeEqual } from 'node:crypto';
import * as z from 'zod';
import type { NodeId, Peer } from './mesh.ts';
import { parseNodeId } from './topology.ts';
import type { ShownCertificates } from './transport.ts';

/**
 * How two nodes prove to each other that they know the cluster's secret, without sending it (mutual
 * challenge–response, ISO/IEC 9798-4):
 *
 *     dialler                                    acceptor
 *     hello   {versions, cluster, node, nonce} →
 *             ← welcome {versions, cluster, node, nonce, proof}
 *     proof   {proof} →
 *
 * A proof is HMAC-SHA256 over the side that makes it and both introductions, so it is good for this
 * connection, this direction and these two nodes only. The acceptor proves itself first: a dialler that
 * reached a stranger gives nothing away. A greeting frame that comes twice, late or out of order is refused.
 *
 * Over TLS a proof is over both certificates too, as the side that makes it has shown and seen them (RFC 5929). Whoever
 * has a certificate of the same authority and passes the frames on has shown another one to each side.
 */

/** The versions of the protocol of links that a program speaks; two that have one in common understand each other. */
export interface ProtocolVersions {
  readonly least: number;
  readonly most: number;
}

const PROTOCOL_VERSIONS: ProtocolVersions = { least: 1, most: 2 };

/** From this version on a proof is over the certificates, and a nonce begins with the most that its side speaks. */
const WITH_CERTIFICATES = 2;

/** Characters of the longest greeting frame; more from a stranger is not even parsed. */
const MAX_GREETING_LENGTH = 2_048;

const Name = z.string().min(1).max(64);
const Introduction = z.object({
  /** The least version that it speaks. Programs from before there was a range name the only one. */
  version: z.int(),
  /** The most that it speaks; with it the proofs are over this and the level, too, where both sides have said it. */
  most: z.int().optional(),
  /** The highest command level that its program knows. */
  level: z.int().min(1).optional(),
  cluster: Name,
  id: Name,
  kind: z.enum(['gateway', 'order', 'catalog']),
  incarnation: Name,
  nonce: Name,
});
type Introduction = z.infer<typeof Introduction>;

const Proof = z.string().regex(/^[0-9a-f]{64}$/);
const Hello = z.object({ hello: Introduction });
const Welcome = z.object({ welcome: Introduction, proof: Proof });
const Closing = z.object({ proof: Proof });

/** The greeting failed; the message says why, for the log. */
export class GreetingError extends Error {
  override readonly name = 'GreetingError';
}

/** What a greeting frame led to: a frame to send, and the peer once it has proved itself. */
export interface GreetingStep {
  readonly send?: string;
  readonly peer?: Peer;
}

export interface Greeting {
  /** The frame to begin with, on the dialling side. */
  readonly first?: string;
  /** Takes the other side's next frame. Throws a `GreetingError`, after which the greeting is over. */
  receive(frame: string): GreetingStep;
}

export interface GreetingOptions {
  readonly self: Peer;
  readonly cluster: string;
  readonly secret: string;
  /** Never used before. */
  readonly nonce: string;
  /** Whether this peer belongs at the other end of this connection. */
  readonly expects: (peer: NodeId) => boolean;
  readonly versions?: ProtocolVersions;
  /** Of the connection, where it is encrypted. */
  readonly certificates?: ShownCertificates | undefined;
}

export function greetAsDialler(options: GreetingOptions): Greeting {
  const mine = introduce(options);
  return {
    first: JSON.stringify({ hello: mine } satisfies z.infer<typeof Hello>),
    receive(frame) {
      const { welcome, proof } = read(Welcome, frame);
      examine(welcome, options);
      const { own, peer } = options.certificates ?? IN_THE_CLEAR;
      const said: Said = { dialler: mine, acceptor: welcome, certificates: [own, peer] };
      verify(proof, prove(options.secret, 'acceptor', said));
      const closing: z.infer<typeof Closing> = { proof: prove(options.secret, 'dialler', said) };
      return { send: JSON.stringify(closing), peer: peerOf(welcome) };
    },
  };
}

export function greetAsAcceptor(options: GreetingOptions): Greeting {
  const mine = introduce(options);
  let said: Said | undefined;
  return {
    receive(frame) {
      if (said) {
        verify(read(Closing, frame).proof, prove(options.secret, 'dialler', said));
        return { peer: peerOf(said.dialler) };
      }
      const { own, peer } = options.certificates ?? IN_THE_CLEAR;
      said = { dialler: read(Hello, frame).hello, acceptor: mine, certificates: [peer, own] };
      examine(said.dialler, options);
      const proof = prove(options.secret, 'acceptor', said);
      const welcome: z.infer<typeof Welcome> = { welcome: mine, proof };
      return { send: JSON.stringify(welcome) };
    },
  };
}

/** What both sides know when they prove themselves, if nobody is between them. */
interface Said {
  readonly dialler: Introduction;
  readonly acceptor: Introduction;
  /** The dialler's, and the acceptor's. */
  readonly certificates: readonly [string, string];
}

const IN_THE_CLEAR: ShownCertificates = { own: '', peer: '' };

function introduce({ self, cluster, nonce, versions = PROTOCOL_VERSIONS }: GreetingOptions): Introduction {
  const { id, kind, incarnation, level } = self;
  const { least, most } = versions;
  const signed = most >= WITH_CERTIFICATES ? `${most}.${nonce}` : nonce;
  return { version: least, most, level, cluster, id, kind, incarnation, nonce: signed };
}

function peerOf({ id, kind, incarnation, level }: Introduction): Peer {
  return { id, kind, incarnation, ...(level !== undefined && { level }) };
}

function read<T>(schema: z.ZodType<T>, frame: string): T {
  if (frame.length > MAX_GREETING_LENGTH) throw new GreetingError('greeting frame too long');
  let value: unknown;
  try {
    value = JSON.parse(frame);
  } catch {
    throw new GreetingError('greeting frame is not JSON');
  }
  const checked = schema.safeParse(value);
  if (!checked.success) throw new GreetingError('not the greeting frame that was due');
  return checked.data;
}

function examine(
  theirs: Introduction,
  { cluster, expects, versions = PROTOCOL_VERSIONS }: GreetingOptions,
): void {
  const spoken = { least: theirs.version, most: theirs.most ?? theirs.version };
  if (spoken.least > versions.most || spoken.most < versions.least)
    throw new GreetingError(`protocol version ${rangeText(spoken)}, not ${rangeText(versions)}`);
  // Every proof is over the nonce, also that of the oldest form. So nobody makes two sides believe that the other is old.
  const [, most] = /^(\d+)\./.exec(theirs.nonce) ?? [];
  if (versions.most >= WITH_CERTIFICATES && most !== undefined && Number(most) !== spoken.most)
    throw new GreetingError('the versions that it speaks were changed on the way');
  if (theirs.cluster !== cluster) throw new GreetingError(`member of another cluster, ${theirs.cluster}`);
  if (parseNodeId(theirs.id)?.kind !== theirs.kind)
    throw new GreetingError(`${theirs.id} is no name of a ${theirs.kind}`);
  if (!expects(theirs.id)) throw new GreetingError(`${theirs.id} does not belong at this end`);
}

/** In the newest form that both sides know. */
function prove(
  secret: string,
  side: 'dialler' | 'acceptor',
  { dialler, acceptor, certificates }: Said,
): string {
  const isWhole = dialler.most !== undefined && acceptor.most !== undefined;
  const common = Math.min(dialler.most ?? 0, acceptor.most ?? 0);
  const shown = common >= WITH_CERTIFICATES ? certificates : [];
  const said = [side, ...spelled(dialler, isWhole), ...spelled(acceptor, isWhole), ...shown];
  return createHmac('sha256', secret).update(JSON.stringify(said)).digest('hex');
}

/** The fields in one fixed order, so that both ends sign the same text; `isWhole`: with those that came later. */
function spelled(
  { version, most, level, cluster, id, kind, incarnation, nonce }: Introduction,
  isWhole: boolean,
): (string | number)[] {
  const first = [version, cluster, id, kind, incarnation, nonce];
  return isWhole ? [...first, most ?? 0, level ?? 0] : first;
}

function rangeText({ least, most }: ProtocolVersions): string {
  return least === most ? `${least}` : `${least} to ${most}`;
}

function verify(given: string, right: string): void {
  if (!timingSafeEqual(Buffer.from(given), Buffer.from(right)))
    throw new GreetingError(
      'the proof is wrong: another secret, or somebody between with a certificate of his own',
    );
}
