import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { type Answered, AS_ADMIN, AS_READER, ask, post, withBridge } from './support.ts';

const send = (url: string, method: string, body?: unknown, headers: object = AS_ADMIN): Promise<Answered> =>
  ask(url, {
    method,
    ...(body !== undefined && { body: JSON.stringify(body) }),
    headers: { ...(body !== undefined && { 'content-type': 'application/json' }), ...headers },
  });

const refusal = ({ status, body }: Answered) => [status, body.code, body.outcome];

test('PATCH /books/:id changes texts, and the book is found by the new ones', () =>
  withBridge(async ({ url }) => {
    const change = { title: 'RPCs for All', topic: 'Networks', year: null, isbn: '0-306-40615-2' };
    const { status, body, headers } = await send(`${url}/books/2`, 'PATCH', change);
    assert.is(status, 200);
    assert.equal(body, {
      ...{ id: 2, title: 'RPCs for All', topic: 'Networks', price: '19.99', stock: 3, held: 0 },
      ...{ version: body.version, isbn: '9780306406157' },
    });
    assert.is(headers.get('etag'), `"${body.version}"`);
    assert.equal((await ask(`${url}/search/networks`)).body, [{ id: 2, title: 'RPCs for All' }]);
    assert.equal((await ask(`${url}/search/distributed%20systems`)).body, [
      { id: 1, title: 'How to get a good grade' },
    ]);
    const found = async (query: string) =>
      (await ask(`${url}/books?${query}`)).body.books!.map(({ id }) => id);
    assert.equal(await found('q=all'), [2]);
    assert.equal(await found('q=noobs'), []);
    assert.equal(await found('isbn=9780306406157'), [2]);
  }));

test('an adjustment, a retirement and a restoration are seen, and stand in the history of the book', () =>
  withBridge(async ({ url }) => {
    const adjusted = await send(`${url}/books/1/adjust`, 'POST', { by: -40, reason: 'counted' });
    assert.equal([adjusted.status, adjusted.body.stock], [200, 60]);
    assert.is((await send(`${url}/books/1/retire`, 'POST')).status, 200);
    const refused = await post(`${url}/purchase`, { id: 1 });
    assert.equal(refusal(refused), [409, 'retired', 'refused']);
    assert.match(refused.body.detail!, /Book 1, “How to get a good grade” was taken out of sale\./);
    assert.equal((await ask(`${url}/books?q=grade`)).body.books, []);
    assert.equal((await ask(`${url}/info/1`)).body.retired, true);
    assert.equal((await send(`${url}/books/1/restore`, 'POST')).body.retired, undefined);
    assert.is((await post(`${url}/purchase`, { id: 1 })).status, 201);
    await send(`${url}/books/1`, 'PATCH', { price: '12.5' });

    assert.is((await ask(`${url}/books/1/history`)).status, 401);
    const { body } = await ask(`${url}/books/1/history?limit=2`, { headers: AS_READER });
    assert.equal(
      body.events!.map(({ number, changes }) => [number, changes]),
      [
        [4, [{ fact: 'price', from: '10.00', to: '12.50' }]],
        [3, [{ fact: 'retired', from: true, to: false }]],
      ],
    );
    const rest = await ask(`${url}/books/1/history?after=${body.next}`, { headers: AS_READER });
    assert.equal(
      rest.body.events!.map(({ number, reason }) => [number, reason]),
      [
        [2, undefined],
        [1, 'counted'],
      ],
    );
    assert.is(rest.body.next, null);
    const none = await ask(`${url}/books/99/history`, { headers: AS_READER });
    assert.equal([none.status, none.body.code], [404, 'unknown-book']);
  }));

test('what cannot be is refused with its code and what is so, and nothing changes', () =>
  withBridge(async ({ url, service }) => {
    await send(`${url}/books/1`, 'PATCH', { isbn: '0306406152' });
    const few = await send(`${url}/books/2/adjust`, 'POST', { by: -4 });
    assert.equal(refusal(few), [409, 'too-few-copies', 'refused']);
    assert.match(few.body.detail!, /There are 3 copies of book 2/);
    const taken = await send(`${url}/books/2`, 'PATCH', { isbn: '978-0-306-40615-7' });
    assert.equal(refusal(taken), [409, 'isbn-taken', 'refused']);
    assert.match(taken.body.detail!, /Book 1 has this ISBN, so book 2 cannot have it/);
    const stale = await send(`${url}/books/2/retire`, 'POST', undefined, { ...AS_ADMIN, 'if-match': '"99"' });
    assert.equal(refusal(stale), [412, 'version-changed', 'refused']);
    assert.equal(refusal(await send(`${url}/books/99/adjust`, 'POST', { by: 1 })), [
      404,
      'unknown-book',
      'refused',
    ]);
    const both = [
      { id: 1, price: '1.00' },
      { id: 2, adjust: { by: -9 } },
    ];
    const none = await send(`${url}/books`, 'PATCH', both);
    assert.equal(refusal(none), [409, 'too-few-copies', 'refused']);
    assert.is(service.state.book(1)?.price, 1000);
    const one = await send(`${url}/books`, 'PATCH', [{ id: 1, price: '9.00' }]);
    assert.equal([one.status, one.body.changed], [200, [1]]);
    assert.equal((await send(`${url}/books`, 'PATCH', [{ id: 1, price: '9.00' }])).body.changed, []);
    const added = await send(`${url}/books`, 'POST', {
      ...{ title: 'Twice', topic: 't', price: 1, stock: 1, isbn: '9780306406157' },
    });
    assert.equal(
      [added.status, added.body.added, added.body.duplicates],
      [201, [], [{ place: 0, isbn: '9780306406157', id: 1 }]],
    );
    assert.is(service.state.size, 3);
  }));

test('what does not fit is refused before it is proposed, and names its field', () =>
  withBridge(async ({ url, service }) => {
    const { applied } = service.state;
    const cases: [path: string, method: string, body: unknown, complaint: RegExp][] = [
      ['/books/1', 'PATCH', {}, /must say what to change/],
      ['/books/1', 'PATCH', { restock: 1, adjust: { by: 1 } }, /at most one of restock, stock and adjust/],
      ['/books/1', 'PATCH', { title: 'a\u0000b' }, /title must have no control characters/],
      ['/books/1', 'PATCH', { title: '\u200b' }, /title must have a character that can be seen/],
      ['/books/1', 'PATCH', { title: null }, /title/],
      ['/books/1', 'PATCH', { isbn: '9780306406158' }, /isbn must be an ISBN of 10 or 13 digits/],
      ['/books/1', 'PATCH', { authors: '' }, /authors/],
      ['/books/1/adjust', 'POST', { by: 1.5 }, /by/],
      ['/books/1/adjust', 'POST', { by: 1, reason: 'a\nb' }, /reason must have no control characters/],
      ['/books/1/adjust', 'POST', {}, /by/],
      ['/books/1/retire', 'POST', { now: true }, /now/],
      ['/books', 'PATCH', [], /the body|changes/],
      ['/books', 'PATCH', [{ id: 1 }], /changes\.0 must say what to change/],
      [
        '/books',
        'PATCH',
        [
          { id: 1, price: 1 },
          { id: 1, price: 2 },
        ],
        /changes has book 1 twice/,
      ],
      ['/books', 'POST', { title: 'x', topic: 't', price: 1, stock: 1, isbn: '12' }, /isbn must be an ISBN/],
    ];
    for (const [path, method, body, complaint] of cases) {
      const answer = await send(url + path, method, body);
      assert.equal(refusal(answer), [422, 'invalid-request', 'none'], `${path} ${JSON.stringify(body)}`);
      assert.match(answer.body.detail!, complaint);
    }
    assert.is(service.state.applied, applied);
    for (const [path, method] of [
      ['/books/1/retire', 'POST'],
      ['/books/1/adjust', 'POST'],
      ['/books', 'PATCH'],
    ] as const)
      assert.is((await send(url + path, method, {}, {})).status, 401, path);
  }));

test('a change under one key happens once', () =>
  withBridge(async ({ url, service }) => {
    const headers = { ...AS_ADMIN, 'idempotency-key': 'counted-1' };
    for (const replayed of [null, 'true']) {
      const answer = await send(`${url}/books/1/adjust`, 'POST', { by: -1 }, headers);
      assert.equal([answer.status, answer.headers.get('idempotent-replayed')], [200, replayed]);
    }
    assert.is(service.state.book(1)?.stock, 99);
    const other = await send(`${url}/books/1/adjust`, 'POST', { by: -2 }, headers);
    assert.equal(refusal(other), [422, 'key-reused', 'refused']);
  }));

test.run();
