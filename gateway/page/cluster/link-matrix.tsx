import type { FiguresAnswer } from '../../../runtime/watch-answers.ts';
import { ScrollRegion } from '../scroll-region.tsx';
import { linkSign, SignText } from '../signs.tsx';
import { TableHead } from '../table-head.tsx';

/** Every link as each of its two ends sees it: a row for the end that looks, a column for the peer. */
export function LinkMatrix({ figures: { nodes } }: { figures: FiguresAnswer }) {
  const ids = nodes.map(({ id }) => id);
  const problems = nodes.flatMap(({ id, figures }) =>
    (figures?.links ?? [])
      .filter(({ state, problem }) => state !== 'open' && problem)
      .map(({ peer, problem }) => ({ id, peer, problem })),
  );
  return (
    <>
      <ScrollRegion label="Links, as a table">
        <table class="matrix">
          <TableHead columns={['sees ↓ · peer →', ...ids]} />
          <tbody>
            {nodes.map((node) => (
              <tr key={node.id}>
                <th scope="row">{node.id}</th>
                {ids.map((peer) => (
                  <td key={peer}>
                    {peer === node.id ? <span class="quiet">itself</span> : <Cell node={node} peer={peer} />}
                  </td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </ScrollRegion>
      {problems.length > 0 && (
        <ul class="problems">
          {problems.map(({ id, peer, problem }) => (
            <li key={`${id} ${peer}`}>
              <b>{id}</b> to <b>{peer}</b>: {problem}
            </li>
          ))}
        </ul>
      )}
    </>
  );
}

function Cell({ node, peer }: { node: FiguresAnswer['nodes'][number]; peer: string }) {
  const link = node.figures?.links.find((candidate) => candidate.peer === peer);
  if (!link) return <span class="quiet">–</span>;
  const waiting = link.outboxBytes > 0 ? ` ${Math.ceil(link.outboxBytes / 1024)} KiB wait` : '';
  return (
    <>
      <SignText sign={linkSign(link.state)} />
      {waiting && <span class="quiet">{waiting}</span>}
    </>
  );
}
