import { standingOf } from '../cluster/standing.ts';
import { formatCount } from '../format.ts';
import { ScrollRegion } from '../scroll-region.tsx';
import { roleSign, SignText, stateSign } from '../signs.tsx';
import { number, TableHead } from '../table-head.tsx';
import type { Moment } from './protocol.ts';
import { choose } from './replay.ts';

/** The processes at one moment as a table: all that the picture shows. */
export function MomentTable({ moment: { figures, nodes, flights, blocked } }: { moment: Moment }) {
  return (
    <ScrollRegion label="Processes at this moment, as a table">
      <table>
        <TableHead
          columns={[
            'process',
            'state',
            'role',
            number('term'),
            number('commit'),
            number('applied'),
            number('behind'),
            'from outside',
            number('on the way to it'),
          ]}
        />
        <tbody>
          {figures.nodes.map((node) => {
            const raft = node.figures?.raft;
            return (
              <tr key={node.id}>
                <th scope="row">
                  <button
                    type="button"
                    class="plain"
                    aria-label={`Look into ${node.id}`}
                    onClick={() => choose(node.id)}
                  >
                    {node.id}
                  </button>
                </th>
                <td>
                  <SignText sign={stateSign(node.state)} />
                </td>
                <td>{raft ? <SignText sign={roleSign(raft.role)} /> : '–'}</td>
                <td class="number">{formatCount(raft?.term)}</td>
                <td class="number">{formatCount(raft?.commit)}</td>
                <td class="number">{formatCount(raft?.applied)}</td>
                <td class="number">{formatCount(standingOf(node, figures)?.behind)}</td>
                <td>{nodes.find(({ id }) => id === node.id)?.fault ?? '–'}</td>
                <td class="number">{flights.filter(({ to }) => to === node.id).length}</td>
              </tr>
            );
          })}
        </tbody>
      </table>
      {blocked.length > 0 && (
        <p class="fine quiet">Nothing arrives: {blocked.map((way) => way.replace('>', ' → ')).join(', ')}</p>
      )}
    </ScrollRegion>
  );
}
