import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import {
  GreetingError,
  type GreetingOptions,
  greetAsAcceptor,
  greetAsDialler,
} from '../../runtime/links/greeting.ts';
import type { Peer } from '../../runtime/links/mesh.ts';

const test = suite('the greeting');

const order: Peer = { id: 'order-1', kind: 'order', incarnation: 'made-today' };
const catalog: Peer = { id: 'catalog-1', kind: 'catalog', incarnation: 'made-long-ago' };

function options(self: Peer, changes: Partial<GreetingOptions> = {}): GreetingOptions {
  const nonce = `nonce of ${self.id}`;
  return { self, cluster: 'bookshop', secret: 'sesame', nonce, expects: () => true, ...changes };
}

/** Runs a greeting to its end; throws what the first side to refuse throws. */
function greet(diallerOptions: GreetingOptions, acceptorOptions: GreetingOptions) {
  const dialler = greetAsDialler(diallerOptions);
  const acceptor = greetAsAcceptor(acceptorOptions);
  const hello = dialler.first!;
  const welcome = acceptor.receive(hello).send!;
  const atDialler = dialler.receive(welcome);
  const proof = atDialler.send!;
  const atAcceptor = acceptor.receive(proof);
  return { hello, welcome, proof, atDialler, atAcceptor };
}

function refuses(run: () => unknown, because: RegExp): void {
  assert.throws(run, (error: Error) => error instanceof GreetingError && because.test(error.message));
}

test('tells each end who the other is, with its incarnation', () => {
  const { atDialler, atAcceptor } = greet(options(order), options(catalog));
  assert.equal(atDialler.peer, catalog);
  assert.equal(atAcceptor.peer, order);
});

test('names no peer to the acceptor before the dialler has proved itself', () => {
  const acceptor = greetAsAcceptor(options(catalog));
  assert.is(acceptor.receive(greetAsDialler(options(order)).first!).peer, undefined);
});

test('never sends the secret', () => {
  const { hello, welcome, proof } = greet(options(order), options(catalog));
  assert.not.match(hello + welcome + proof, /sesame/);
});

test('refuses another secret at the dialler, before it has proved anything', () => {
  refuses(() => greet(options(order), options(catalog, { secret: 'other' })), /another secret/);
});

test('refuses a dialler that knows the form but not the secret', () => {
  const acceptor = greetAsAcceptor(options(catalog));
  acceptor.receive(greetAsDialler(options(order)).first!);
  refuses(() => acceptor.receive(JSON.stringify({ proof: '0'.repeat(64) })), /another secret/);
});

test('refuses a member of another cluster', () => {
  refuses(() => greet(options(order), options(catalog, { cluster: 'other' })), /another cluster/);
});

test('refuses another version of the protocol, at either end', () => {
  const { hello, welcome } = greet(options(order), options(catalog));
  const older = (frame: string) => frame.replace('"version":1', '"version":0');
  refuses(() => greetAsAcceptor(options(catalog)).receive(older(hello)), /version 0, not 1/);
  refuses(() => greetAsDialler(options(order)).receive(older(welcome)), /version 0, not 1/);
});

test('refuses a peer that does not belong at this end', () => {
  const elsewhere = options(order, { expects: (id) => id === 'catalog-2' });
  refuses(() => greet(elsewhere, options(catalog)), /does not belong/);
});

test('refuses a name of another kind', () => {
  const liar: Peer = { ...order, kind: 'gateway' };
  refuses(() => greet(options(liar), options(catalog)), /no name of a gateway/);
});

test('refuses a name changed on the way', () => {
  const dialler = greetAsDialler(options(order));
  const acceptor = greetAsAcceptor(options(catalog));
  const { send } = acceptor.receive(dialler.first!.replace('made-today', 'made-elsewhere'));
  refuses(() => dialler.receive(send!), /another secret/);
});

test('refuses a proof that was made for another nonce', () => {
  const recorded = greet(options(order), options(catalog));
  const acceptor = greetAsAcceptor(options(catalog, { nonce: 'fresh' }));
  acceptor.receive(recorded.hello);
  refuses(() => acceptor.receive(recorded.proof), /another secret/);
});

test('refuses its own proof sent back to it', () => {
  const acceptor = greetAsAcceptor(options(catalog));
  const { send } = acceptor.receive(greetAsDialler(options(order)).first!);
  const { proof } = JSON.parse(send!);
  refuses(() => acceptor.receive(JSON.stringify({ proof })), /another secret/);
});

test('refuses a frame that comes twice or is not due', () => {
  const { hello, welcome, proof } = greet(options(order), options(catalog));
  const acceptor = greetAsAcceptor(options(catalog));
  acceptor.receive(hello);
  refuses(() => acceptor.receive(hello), /not the greeting frame/);
  refuses(() => greetAsAcceptor(options(catalog)).receive(proof), /not the greeting frame/);
  refuses(() => greetAsDialler(options(order)).receive(hello), /not the greeting frame/);
  refuses(() => greetAsDialler(options(order)).receive('[]'), /not the greeting frame/);
  refuses(() => greetAsDialler(options(order)).receive(welcome.slice(1)), /not JSON/);
});

test('does not even parse what is far too long', () => {
  const long = JSON.stringify({ hello: 'x'.repeat(10_000) });
  refuses(() => greetAsAcceptor(options(catalog)).receive(long), /too long/);
});

test.run();
