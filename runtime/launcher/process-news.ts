import type { ChildProcess } from 'node:child_process';
import { type NodeProcess, tellChild } from '../process/ipc.ts';

/**
 * Tells one gateway's process which processes there are. One message is on its way at a time, and the next says what is
 * true by then: a process that reads nothing, while others end and begin, makes nothing pile up.
 */
export interface ProcessNews {
  /** Something has changed. */
  changed(): void;
}

export function createProcessNews(child: ChildProcess, processes: () => NodeProcess[]): ProcessNews {
  let isUnderWay = false;
  let isStale = false;

  function tell(): void {
    isUnderWay = true;
    isStale = false;
    tellChild(child, { type: 'processes', processes: processes() }, () => {
      isUnderWay = false;
      if (isStale) tell();
    });
  }

  return {
    changed() {
      isStale = true;
      if (!isUnderWay) tell();
    },
  };
}
