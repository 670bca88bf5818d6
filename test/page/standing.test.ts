import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { describeCluster } from '../../gateway/page/cluster/standing.ts';
import type { RaftFigures } from '../../runtime/figures.ts';
import type { FiguresAnswer, WatchedNodeAnswer } from '../../runtime/watch-answers.ts';

const IDLE = { links: [], rssBytes: 0, lateMs: 0, cpu: 0 };

/** Two catalogs whose replicas are in this state. */
function storeOf(replica: string, leader: string | null): FiguresAnswer {
  const raft = replica === 'etcd' ? undefined : ({ role: replica } as RaftFigures);
  const nodes = ['catalog-1', 'catalog-2'].map((id): WatchedNodeAnswer => {
    const figures = { ...IDLE, machines: { replica }, raft };
    return { id, kind: 'catalog', state: 'ready', figures, ageMs: 0 };
  });
  return { boot: 'one', at: 0, version: 7, leader, rates: null, nodes };
}

test('the picture says who leads, that nobody does, or that an engine outside orders the log', () => {
  const words = (replica: string, leader: string | null = null) => describeCluster(storeOf(replica, leader));
  assert.is(words('follower', 'catalog-3'), '2 processes, catalog-3 leads, version 7.');
  assert.is(words('candidate'), '2 processes, nobody leads, version 7.');
  assert.is(words('etcd'), '2 processes, etcd orders the log, version 7.');
});

test.run();
