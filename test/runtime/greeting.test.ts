import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import {
  GreetingError,
  type GreetingOptions,
  greetAsAcceptor,
  greetAsDialler,
} from '../../runtime/links/greeting.ts';
import type { Peer } from '../../runtime/links/mesh.ts';
import type { ShownCertificates } from '../../runtime/links/transport.ts';

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
  const older = (frame: string) => frame.replace('"version":1,"most":2', '"version":0,"most":0');
  refuses(() => greetAsAcceptor(options(catalog)).receive(older(hello)), /version 0, not 1 to 2/);
  refuses(() => greetAsDialler(options(order)).receive(older(welcome)), /version 0, not 1 to 2/);
});

const BEFORE_CERTIFICATES = { least: 1, most: 1 };

/** The greeting frames of a program from before levels and ranges: it names one version, and reads nothing else. */
function old(frame: string): string {
  return frame.replace(/"most":\d+,|"level":\d+,/g, '');
}

test('tells each end which command level the program at the other knows', () => {
  const newer: Peer = { ...catalog, level: 3 };
  const { atDialler, atAcceptor } = greet(options({ ...order, level: 2 }), options(newer));
  assert.equal(atDialler.peer, newer);
  assert.equal(atAcceptor.peer, { ...order, level: 2 });
});

test('takes a peer whose versions have one in common with its own, and refuses one whose have none', () => {
  const versions = { least: 1, most: 3 };
  const meets = (least: number, most: number) =>
    greet(options(order, { versions: { least, most } }), options(catalog, { versions })).atAcceptor.peer;
  assert.equal(meets(3, 5), order);
  assert.equal(meets(1, 1), order);
  refuses(() => meets(4, 5), /protocol version 4 to 5, not 1 to 3/);
});

test('is understood by a program from before levels, whose level is not known then', () => {
  const self: Peer = { ...order, level: 2 };
  const dialler = greetAsDialler(options(self));
  const acceptor = greetAsAcceptor(options(catalog, { versions: BEFORE_CERTIFICATES }));
  // What the other program does not know it does not sign, and it says nothing of it.
  const { send: welcome } = acceptor.receive(old(dialler.first!));
  const { send: proof, peer } = dialler.receive(old(welcome!));
  assert.equal(peer, catalog);
  assert.equal(acceptor.receive(proof!).peer, order);
});

test('refuses a level that was changed or taken out on the way', () => {
  const [changed, lacking] = ['"level":9,', ''].map(
    (level) => (text: string) => text.replace('"level":2,', level),
  );
  for (const change of [changed!, lacking!]) {
    const dialler = greetAsDialler(options({ ...order, level: 2 }));
    const { send } = greetAsAcceptor(options({ ...catalog, level: 2 })).receive(change(dialler.first!));
    refuses(() => dialler.receive(send!), /another secret/);
  }
});

const shown = {
  dialler: { own: 'certificate of the dialler', peer: 'certificate of the acceptor' },
  acceptor: { own: 'certificate of the acceptor', peer: 'certificate of the dialler' },
};

test('refuses one between who has shown each side a certificate of his own, and passes the frames on', () => {
  const meets = (atDialler: ShownCertificates | undefined, atAcceptor: ShownCertificates | undefined) =>
    greet(options(order, { certificates: atDialler }), options(catalog, { certificates: atAcceptor }));
  assert.equal(meets(shown.dialler, shown.acceptor).atAcceptor.peer, order);
  const between = 'certificate of one between';
  const wrong = [
    [
      { ...shown.dialler, peer: between },
      { ...shown.acceptor, peer: between },
    ],
    [{ ...shown.dialler, peer: between }, shown.acceptor],
    [shown.dialler, { ...shown.acceptor, peer: between }],
    [shown.dialler, undefined],
    [undefined, shown.acceptor],
  ] as const;
  for (const [near, far] of wrong) refuses(() => meets(near, far), /somebody between/);
});

test('is not made to take the other side for a program from before certificates', () => {
  const certificates = shown.dialler;
  const older = [old, (frame: string) => frame.replace('"most":2', '"most":1')];
  for (const change of older) {
    const dialler = greetAsDialler(options(order, { certificates }));
    const acceptor = () => greetAsAcceptor(options(catalog, { certificates: shown.acceptor }));
    refuses(() => acceptor().receive(change(dialler.first!)), /changed on the way/);
    const { send } = acceptor().receive(dialler.first!);
    refuses(() => dialler.receive(change(send!)), /changed on the way/);
    const renamed = (frame: string) => change(frame).replace('"nonce":"2.', '"nonce":"');
    const { send: other } = acceptor().receive(renamed(dialler.first!));
    refuses(() => dialler.receive(renamed(other!)), /the proof is wrong/);
  }
});

test('links with a program from before certificates, also over TLS, as long as not all are upgraded', () => {
  const ofOld = { versions: BEFORE_CERTIFICATES, certificates: shown.acceptor };
  const { atAcceptor } = greet(options(order, { certificates: shown.dialler }), options(catalog, ofOld));
  assert.equal(atAcceptor.peer, order);
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
