import type { Attack } from '../attack.ts';
import { heavyReaders } from './heavy-readers.ts';
import { hugeTopic } from './huge-topic.ts';
import { manyWatchers } from './many-watchers.ts';
import { poisonLog } from './poison-log.ts';
import { slowDisks } from './slow-disks.ts';
import { strangers } from './strangers.ts';
import { unfinishedFrames } from './unfinished-frames.ts';
import { unreadFrames } from './unread-frames.ts';
import { unreadPages } from './unread-pages.ts';
import { wideOrders } from './wide-orders.ts';

/** Every attack, in the order in which they are made. */
export const ATTACKS: readonly Attack[] = [
  poisonLog,
  unreadPages,
  wideOrders,
  hugeTopic,
  heavyReaders,
  unreadFrames,
  unfinishedFrames,
  manyWatchers,
  strangers,
  slowDisks,
];
