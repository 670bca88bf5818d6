import type { NodeId } from '../../runtime/links/mesh.ts';
import type { NewsRing } from '../../runtime/process/news-ring.ts';
import type { ProcessWord } from '../upstream/cluster-nodes.ts';

/** Tells from the launcher's words which processes have ended and begun. The first word only says what there is. */
export function createProcessHappenings(
  happenings: Pick<NewsRing, 'note'>,
): (latest: readonly ProcessWord[]) => void {
  let known: ReadonlyMap<NodeId, ProcessWord> | undefined;

  return (latest) => {
    const before = known;
    known = new Map(latest.map((word) => [word.id, word]));
    if (before) for (const word of latest) compare(word, before.get(word.id));
  };

  function compare(word: ProcessWord, before: ProcessWord | undefined): void {
    const { id, pid, reason = 'it has ended', againInMs } = word;
    const hadProcess = before?.pid !== undefined;
    if (hadProcess && pid !== before.pid) {
      const again = againInMs === undefined ? '' : `, is started again in ${againInMs} ms`;
      const facts = { of: id, reason: reason.slice(0, 200), ...(againInMs !== undefined && { againInMs }) };
      if (pid === undefined)
        happenings.note('processEnded', `hears that ${id} is gone: ${reason}${again}`, facts);
      else happenings.note('processEnded', `hears that ${id} is gone: ${reason}`, { of: id });
    }
    if (pid !== undefined && pid !== before?.pid) {
      happenings.note('processStarted', `hears that ${id} has a process again`, { of: id });
    }
  }
}
