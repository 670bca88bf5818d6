import type { CliCommand } from '../command.ts';
import { adjust } from './adjust.ts';
import { audit } from './audit.ts';
import { backup } from './backup.ts';
import { buy } from './buy.ts';
import { cancel } from './cancel.ts';
import { confirm } from './confirm.ts';
import { edit } from './edit.ts';
import { events } from './events.ts';
import { exportFile } from './export.ts';
import { find } from './find.ts';
import { history } from './history.ts';
import { hold } from './hold.ts';
import { importFile } from './import.ts';
import { info } from './info.ts';
import { migrate } from './migrate.ts';
import { order } from './order.ts';
import { orders } from './orders.ts';
import { price } from './price.ts';
import { release } from './release.ts';
import { restock } from './restock.ts';
import { restoreBackup } from './restore-backup.ts';
import { restore, retire } from './retire.ts';
import { search } from './search.ts';
import { status } from './status.ts';
import { topics } from './topics.ts';
import { trace } from './trace.ts';
import { traces } from './traces.ts';
import { watch } from './watch.ts';

/** All commands, in the order of the help text. */
export const COMMANDS: readonly CliCommand[] = [
  search,
  find,
  topics,
  info,
  buy,
  hold,
  confirm,
  release,
  cancel,
  order,
  orders,
  events,
  trace,
  traces,
  watch,
  restock,
  price,
  edit,
  adjust,
  retire,
  restore,
  history,
  importFile,
  exportFile,
  status,
  audit,
  backup,
  restoreBackup,
  migrate,
];
