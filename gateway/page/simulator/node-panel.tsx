import { ScrollRegion } from '../scroll-region.tsx';
import { linkSign, SignText, stateSign } from '../signs.tsx';
import { number, TableHead } from '../table-head.tsx';
import { ACT_WORDS } from './address.ts';
import { NodeChart } from './node-chart.tsx';
import type { ActName, Moment } from './protocol.ts';
import { choose, chosen, fork, runName } from './replay.ts';

/** The process that is looked into, and what can be done to it from this moment on. */
export function NodePanel({ moment: { figures, nodes } }: { moment: Moment }) {
  const id = chosen.value ?? figures.leader ?? nodes[0]!.id;
  const node = figures.nodes.find((candidate) => candidate.id === id)!;
  const view = nodes.find((candidate) => candidate.id === id)!;
  const own = node.figures;
  return (
    <section class="panel inside" aria-labelledby="inside">
      <header>
        <h2 id="inside">Inside {id}</h2>
        <select aria-label="Process" value={id} onChange={(event) => choose(event.currentTarget.value)}>
          {nodes.map((candidate) => (
            <option key={candidate.id}>{candidate.id}</option>
          ))}
        </select>
      </header>
      <Acts id={id} kind={node.kind} />
      <dl class="facts">
        <dt>state</dt>
        <dd>
          <SignText sign={stateSign(node.state)} /> {view.fault && <span class="bad">{view.fault}</span>}
        </dd>
        {Object.entries(own?.machines ?? {}).map(([machine, state]) => (
          <>
            <dt>{machine}</dt>
            <dd>
              <code>{state}</code>
            </dd>
          </>
        ))}
        <dt>clock</dt>
        <dd>{view.clock}</dd>
        {view.disk && (
          <>
            <dt>disk</dt>
            <dd>
              {view.disk.records} records; {view.disk.state}
            </dd>
          </>
        )}
      </dl>
      <NodeChart id={id} machines={own?.machines ?? {}} />
      {view.tail && (
        <ScrollRegion label={`The end of the log of ${id}`}>
          <table>
            <TableHead columns={[number('index'), number('term'), 'command', 'is']} />
            <tbody>
              {view.tail.toReversed().map(({ index, term, text }) => (
                <tr key={index}>
                  <td class="number">{index}</td>
                  <td class="number">{term}</td>
                  <td>{text}</td>
                  <td>{standingOfEntry(index, own?.raft)}</td>
                </tr>
              ))}
            </tbody>
          </table>
        </ScrollRegion>
      )}
      {own && (
        <ul class="links" aria-label={`Links of ${id}`}>
          {own.links.map(({ peer, state, problem }) => (
            <li key={peer}>
              {peer} <SignText sign={linkSign(state)} /> <span class="quiet">{problem}</span>
            </li>
          ))}
        </ul>
      )}
    </section>
  );
}

function standingOfEntry(
  index: number,
  raft: { applied: number; commit: number; durableIndex: number } | undefined,
): string {
  if (!raft) return '–';
  if (index <= raft.applied) return 'applied';
  if (index <= raft.commit) return 'committed';
  return index <= raft.durableIndex ? 'on its disk' : 'not synced';
}

const OF_ALL: readonly ActName[] = ['kill', 'pause', 'cut', 'mute'];

function Acts({ id, kind }: { id: string; kind: string }) {
  const more: readonly ActName[] = kind === 'catalog' ? ['wipe', 'slow'] : kind === 'gateway' ? ['buy'] : [];
  const acts = runName.value?.acts ?? [];
  return (
    <fieldset class="acts">
      <legend>Fork here: what if, at this moment, …</legend>
      {[...OF_ALL, ...more].map((name) => (
        <button key={name} type="button" title={ACT_WORDS[name].long} onClick={() => fork(name, id)}>
          {ACT_WORDS[name].short}
        </button>
      ))}
      {acts.length > 0 && (
        <p class="fine quiet">
          You did:{' '}
          {acts
            .map(
              ({ after, name, node }) => `${ACT_WORDS[name].short.toLowerCase()} ${node} at event ${after}`,
            )
            .join(', ')}
        </p>
      )}
    </fieldset>
  );
}
