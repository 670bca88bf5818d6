import type { Attack } from '../attack.ts';
import { foreignPages } from '../doors/foreign-pages.ts';
import { openHost } from '../doors/open-host.ts';
import { openLists } from '../doors/open-lists.ts';
import { plantedFiles } from '../doors/planted-files.ts';
import { refusals } from '../doors/refusals.ts';
import { tokenGuessing } from '../doors/token-guessing.ts';
import { tokenInEnvironment } from '../doors/token-in-environment.ts';
import { cutOffCatalog } from './cut-off-catalog.ts';
import { futureCache } from './future-cache.ts';
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
  cutOffCatalog,
  futureCache,
  foreignPages,
  openLists,
  refusals,
  plantedFiles,
  tokenInEnvironment,
  tokenGuessing,
  openHost,
];
