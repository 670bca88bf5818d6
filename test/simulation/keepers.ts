import type { GatewayService, Submitted } from '../../gateway/service.ts';
import type { BookEdit, BookId } from '../../runtime/domain.ts';
import { seededRandom } from '../../runtime/random.ts';
import type { WriteLine } from '../checkers/history.ts';
import { Violation } from './invariants.ts';
import type { Answer } from './workload.ts';
import type { World } from './world.ts';

/** A chance of its own: what the other clients do stays what it was. */
const KEEPERS_SALT = 0x6b656570;
const TOPICS = ['Window', 'shelf', 'STORE'];

/**
 * Clients that tend books: they take copies away and put some in, take books out of sale and bring them back, which the
 * checkers judge, and carry one book of their own from topic to topic. Where a gateway has acknowledged that, it stands in the
 * list of that topic there and in no other, with its new title, and every step of it in its history.
 */
export interface Keepers {
  begin(isRunning: () => boolean): Promise<void>[];
}

type Ask = <T>(via: string, request: (service: GatewayService) => Promise<T>) => Promise<Answer<T>>;

export function createKeepers(options: {
  readonly world: World;
  readonly ask: Ask;
  readonly write: (
    line: WriteLine,
    request: (service: GatewayService) => Promise<Submitted>,
  ) => Promise<WriteLine>;
  readonly asked: (
    client: string,
    via?: string,
  ) => { op: string; client: string; via: string; start: number; end: null; outcome: 'unknown' };
}): Keepers {
  const { world, ask, write, asked } = options;
  const { plan, scheduler, outside } = world;
  const random = seededRandom(plan.seed ^ KEEPERS_SALT);
  const gateways = world.ofKind('gateway').map(({ id }) => id);
  const pick = <T>(choices: readonly T[]): T => choices[random.integer(choices.length)]!;
  const pause = (ms: number) => new Promise<void>((resolve) => scheduler.after(ms, outside, resolve));
  let made = 0;

  function change(line: WriteLine, edit: BookEdit): Promise<WriteLine> {
    return write(line, (service) => service.changeBooks([edit], line.key));
  }

  async function adjust(client: string): Promise<void> {
    const book = 1 + random.integer(plan.books);
    const by = random.integer(9) - 4 || 1;
    const line = { kind: 'adjust' as const, ...asked(client, pick(gateways)), key: keyOf(client), book, by };
    await change(line, { id: book, adjust: { by, reason: 'counted' } });
  }

  async function retire(client: string): Promise<void> {
    const book = 1 + random.integer(plan.books);
    const retired = random.next() < 0.25;
    const line = {
      kind: 'retire' as const,
      ...asked(client, pick(gateways)),
      key: keyOf(client),
      book,
      retired,
    };
    await change(line, { id: book, retired });
  }

  const keyOf = (client: string) => `${client}-${++made}`;

  /** Asks until there is an answer: nobody else changes this book, so there is one that is right. */
  async function insist<T>(
    isRunning: () => boolean,
    via: string,
    request: (service: GatewayService) => Promise<T>,
  ) {
    while (isRunning()) {
      const answer = await ask(via, request);
      if (answer !== 'silence' && 'value' in answer) return answer.value;
      await pause(200);
    }
    return undefined;
  }

  async function carry(client: string, isRunning: () => boolean): Promise<void> {
    const via = pick(gateways);
    const books = [{ title: `Of ${client}`, topic: TOPICS[0]!, price: 1, stock: 1 }];
    const shelved = await insist(isRunning, via, (service) =>
      service.addBooks(books, `shelf of ${client}`.replaceAll(' ', '-')),
    );
    if (shelved?.result.kind !== 'added') return;
    const [id] = shelved.result.added as [BookId];
    for (let step = 1; isRunning(); step++) {
      await pause(random.next() * 6 * plan.thinkMs);
      const [topic, title, key] = [pick(TOPICS), `Step ${step}`, `${client}-step-${step}`];
      const done = await insist(isRunning, via, (service) =>
        service.changeBooks([{ id, topic, title }], key),
      );
      if (!done) return;
      for (const name of TOPICS) {
        const list = await ask(via, (service) => service.search(name.toLowerCase()));
        if (list === 'silence' || 'error' in list) continue;
        const found = list.value.value.books.find((book) => book.id === id)?.title;
        if (found === (name === topic ? title : undefined)) continue;
        throw new Violation(`${via} has "${found}" in ${name}, but had put "${title}" into ${topic}`);
      }
      const told = await ask(via, (service) => service.history({ id, limit: 1 }));
      if (told === 'silence' || 'error' in told) continue;
      const [event] = told.value.value.events ?? [];
      if (event?.key !== key)
        throw new Violation(`${via} tells ${event?.key} as the last change of book ${id}, not ${key}`);
    }
  }

  async function live(client: string, isRunning: () => boolean): Promise<void> {
    while (isRunning()) {
      await pause(random.next() * 4 * plan.thinkMs);
      if (!isRunning()) return;
      if (random.next() < 0.6) await adjust(client);
      else await retire(client);
    }
  }

  return {
    begin: (isRunning) =>
      Array.from({ length: plan.keepers }, (_, at) => [
        live(`keeper-${at + 1}`, isRunning),
        carry(`carrier-${at + 1}`, isRunning),
      ]).flat(),
  };
}
