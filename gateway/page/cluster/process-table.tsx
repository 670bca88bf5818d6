import type { FiguresAnswer } from '../../../runtime/watch-answers.ts';
import { formatCount, formatMegabytes, formatMs, formatPercent } from '../format.ts';
import { ScrollRegion } from '../scroll-region.tsx';
import { roleSign, SignText, stateSign } from '../signs.tsx';
import { believedLeader, standingOf } from './standing.ts';

/** The processes as a table: all that the picture shows, and more. */
export function ProcessTable({ figures }: { figures: FiguresAnswer }) {
  return (
    <ScrollRegion label="Processes, as a table">
      <table>
        <thead>
          <tr>
            <th scope="col">process</th>
            <th scope="col">state</th>
            <th scope="col">role</th>
            <th scope="col" class="number">
              term
            </th>
            <th scope="col" class="number">
              applied
            </th>
            <th scope="col" class="number">
              behind
            </th>
            <th scope="col">asks</th>
            <th scope="col" class="number">
              sync
            </th>
            <th scope="col" class="number">
              late
            </th>
            <th scope="col" class="number">
              CPU
            </th>
            <th scope="col" class="number">
              memory
            </th>
            <th scope="col" class="number">
              pid
            </th>
          </tr>
        </thead>
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
