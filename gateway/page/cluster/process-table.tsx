import type { FiguresAnswer } from '../../../runtime/watch-answers.ts';
import { formatCount, formatMegabytes, formatMs, formatPercent } from '../format.ts';
import { ScrollRegion } from '../scroll-region.tsx';
import { roleSign, SignText, stateSign } from '../signs.tsx';
import { number, TableHead } from '../table-head.tsx';
import { believedLeader, standingOf } from './standing.ts';

/** The processes as a table: all that the picture shows, and more. */
export function ProcessTable({ figures }: { figures: FiguresAnswer }) {
  return (
    <ScrollRegion label="Processes, as a table">
      <table>
        <TableHead
          columns={[
            'process',
            'state',
            'role',
            number('term'),
            number('applied'),
            number('behind'),
            'asks',
            number('sync'),
            number('late'),
            number('CPU'),
            number('memory'),
            number('pid'),
          ]}
        />
        <tbody>
          {figures.nodes.map((node) => {
            const own = node.figures;
            const standing = standingOf(node, figures);
            return (
              <tr key={node.id}>
                <th scope="row">{node.id}</th>
                <td>
                  <SignText sign={stateSign(node.state)} />
                  {node.reason && <span class="quiet"> {node.reason}</span>}
                </td>
                <td>{own?.raft ? <SignText sign={roleSign(own.raft.role)} /> : '–'}</td>
                <td class="number">{formatCount(own?.raft?.term)}</td>
                <td class="number">{formatCount(own?.raft?.applied)}</td>
                <td class="number">{formatCount(standing?.behind)}</td>
                <td>{own?.raft ? (own.raft.leader ?? '–') : (believedLeader(node) ?? '–')}</td>
                <td class="number">{own?.sync?.lastMs ? formatMs(own.sync.lastMs) : '–'}</td>
                <td class="number">{formatMs(own?.lateMs)}</td>
                <td class="number">{formatPercent(own?.cpu)}</td>
                <td class="number">{formatMegabytes(own?.rssBytes)}</td>
                <td class="number">{node.pid ?? '–'}</td>
              </tr>
            );
          })}
        </tbody>
      </table>
    </ScrollRegion>
  );
}
