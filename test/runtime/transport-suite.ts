import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import type { ConnectionEvents, Listener, PeerConnection, Transport } from '../../runtime/links/transport.ts';

/** A transport to be tried, and the way its time passes. */
export interface TransportTrial {
  readonly transport: Transport;
  /** Lets time pass until the condition holds; throws if it never does. */
  until(condition: () => boolean): Promise<void>;
  /** Lets everything happen that is about to. */
  settle(): Promise<void>;
}

/** What every transport must do, faults aside. Defines the tests and runs them. */
export function transportSuite(name: string, createTrial: () => TransportTrial): void {
  const test = suite(name);

  test('carries frames both ways, in order', async () => {
    const { near, far, end } = await pair();
    for (let i = 0; i < 100; i += 1) near.connection.send(`to far ${i}`);
    for (let i = 0; i < 100; i += 1) far.connection.send(`to near ${i}`);
    await trial.until(() => near.frames.length === 100 && far.frames.length === 100);
    assert.equal(far.frames, numbered('to far'));
    assert.equal(near.frames, numbered('to near'));
    await end();
  });

  test('reports nothing before the dialler has its connection', async () => {
    const { listener } = await listen();
    let returned = false;
    let early = false;
    const record = createEnd();
    const watching = {
      ...record.events,
      opened: () => {
        early ||= !returned;
        record.events.opened();
      },
    };
    record.connection = trial.transport.dial(listener.url, watching);
    returned = true;
    await trial.until(() => record.opened === 1);
    assert.not(early);
    await listener.close();
  });

  test('lets the accepting end speak first', async () => {
    const { near, far, end } = await pair();
    far.connection.send('welcome');
    await trial.until(() => near.frames.length === 1);
    assert.equal(near.frames, ['welcome']);
    await end();
  });

  test('delivers a frame spoken while the connection is being accepted, after its opening', async () => {
    const seen: string[] = [];
    const listener = await trial.transport.listen((connection) => {
      connection.send('at once');
      return createEnd().events;
    });
    trial.transport.dial(listener.url, {
      opened: () => void seen.push('opened'),
      frame: (text) => void seen.push(text),
      closed: () => {},
    });
    await trial.until(() => seen.length === 2);
    assert.equal(seen, ['opened', 'at once']);
    await listener.close();
  });

  test('carries any text whole, however long', async () => {
    const { near, far, end } = await pair();
    const texts = ['', '"quoted"\n\u0000', 'Ünïcödé 図書 📚', 'x'.repeat(500_000)];
    for (const text of texts) near.connection.send(text);
    await trial.until(() => far.frames.length === texts.length);
    assert.equal(far.frames, texts);
    await end();
  });

  test('carries what comes in one piece behind the frame that made the peer trusted', async () => {
    const { near, far, end } = await pair({ trusting: false });
    far.onFrame = () => far.connection.trust();
    near.connection.send('proof');
    near.connection.send('x'.repeat(20_000));
    near.connection.send('the next');
    await trial.until(() => far.frames.length === 3);
    assert.is(far.closed, 0);
    await end();
  });

  for (const length of [5_000, 20_000_000])
    test(`closes on a stranger who sends a frame of ${length} bytes, and does not report it`, async () => {
      for (const taker of ['near', 'far'] as const) {
        const both = await pair({ trusting: false });
        both[taker === 'near' ? 'far' : 'near'].connection.send('x'.repeat(length));
        await trial.until(() => both.near.closed === 1 && both.far.closed === 1);
        assert.equal(
          both[taker].frames.filter((frame) => frame.length > 4_096),
          [],
        );
        await both.end();
      }
    });

  test('closes on a stranger who sends many small frames', async () => {
    const { near, far, end } = await pair({ trusting: false });
    for (let i = 0; i < 100; i += 1) near.connection.send('x'.repeat(100));
    await trial.until(() => near.closed === 1 && far.closed === 1);
    await end();
  });

  test('has nothing left in its buffer once all has arrived', async () => {
    const { near, far, end } = await pair();
    near.connection.send('x'.repeat(100_000));
    await trial.until(() => far.frames.length === 1 && near.connection.bufferedBytes === 0);
    await end();
  });

  for (const closer of ['near', 'far'] as const)
    test(`tells both ends once when the ${closer} one closes`, async () => {
      const both = await pair();
      both[closer].connection.close();
      both[closer].connection.close();
      assert.is(both[closer].closed, 0, 'not before close has returned');
      await trial.until(() => both.near.closed > 0 && both.far.closed > 0);
      await trial.settle();
      assert.is(both.near.closed, 1);
      assert.is(both.far.closed, 1);
      await both.end();
    });

  test('delivers what was sent before an orderly close', async () => {
    const { near, far, end } = await pair();
    near.connection.send('last words');
    near.connection.close();
    await trial.until(() => far.closed === 1);
    assert.equal(far.frames, ['last words']);
    await end();
  });

  test('ignores frames handed to a closed connection', async () => {
    const { near, far, end } = await pair();
    near.connection.close();
    near.connection.send('too late');
    await trial.until(() => near.closed === 1 && far.closed === 1);
    near.connection.send('far too late');
    far.connection.send('me too');
    await trial.settle();
    assert.equal([...near.frames, ...far.frames], []);
    await end();
  });

  test('reports a dial that nobody answers as closed, never as opened', async () => {
    const { listener } = await listen();
    await listener.close();
    const record = dial(listener.url);
    await trial.until(() => record.closed === 1);
    assert.is(record.opened, 0);
  });

  test('reports a connection closed while it is dialled as closed, never as opened', async () => {
    const { listener } = await listen();
    const record = dial(listener.url);
    record.connection.close();
    await trial.until(() => record.closed === 1);
    await trial.settle();
    assert.is(record.opened, 0);
    assert.is(record.closed, 1);
    await listener.close();
  });

  test('keeps the connections of one listener apart', async () => {
    const { listener, accepted } = await listen();
    const records = [dial(listener.url), dial(listener.url)];
    await trial.until(() => accepted.length === 2 && records.every((record) => record.opened === 1));
    records[0]!.connection.close();
    await trial.until(() => records[0]!.closed === 1);
    records[1]!.connection.send('still here');
    await trial.until(() => accepted.some((end) => end.frames.length === 1));
    assert.is(records[1]!.closed, 0);
    await listener.close();
  });

  test('closes the accepted connections with the listener', async () => {
    const { near, far, listener } = await pair();
    await listener.close();
    await trial.until(() => near.closed === 1 && far.closed === 1);
  });

  let trial = createTrial();
  test.before.each(() => {
    trial = createTrial();
  });

  async function listen(): Promise<{ listener: Listener; accepted: End[] }> {
    const accepted: End[] = [];
    const listener = await trial.transport.listen((connection) => {
      const end = createEnd();
      end.connection = connection;
      accepted.push(end);
      return end.events;
    });
    return { listener, accepted };
  }

  function dial(url: string): End {
    const end = createEnd();
    end.connection = trial.transport.dial(url, end.events);
    return end;
  }

  async function pair({ trusting = true } = {}) {
    const { listener, accepted } = await listen();
    const near = dial(listener.url);
    await trial.until(() => near.opened === 1 && accepted.length === 1);
    const far = accepted[0]!;
    if (trusting) for (const end of [near, far]) end.connection.trust();
    return { near, far, listener, end: () => listener.close() };
  }

  test.run();
}

/** One end of a connection and everything that was reported of it. */
interface End {
  connection: PeerConnection;
  opened: number;
  closed: number;
  onFrame: () => void;
  readonly frames: string[];
  readonly events: ConnectionEvents;
}

function createEnd(): End {
  const end: End = {
    connection: { send() {}, trust() {}, bufferedBytes: 0, close() {} },
    opened: 0,
    closed: 0,
    onFrame: () => {},
    frames: [],
    events: {
      opened: () => {
        end.opened += 1;
      },
      frame: (text) => {
        end.frames.push(text);
        end.onFrame();
      },
      closed: () => {
        end.closed += 1;
      },
    },
  };
  return end;
}

function numbered(prefix: string): string[] {
  return Array.from({ length: 100 }, (_, i) => `${prefix} ${i}`);
}
