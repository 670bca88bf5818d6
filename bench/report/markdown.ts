import type { Result, ScenarioResult } from '../result.ts';
import { cellsOf } from './cells.ts';
import type { Picture } from './pictures.ts';
import { evenness } from './text.ts';

/** The report as a page: what was measured where, the pictures, and a table for each scenario. */
export function markdownOf(result: Result, pictures: readonly Picture[], file: string): string {
  const { machine, settings, date, commit, minutes, scenarios } = result;
  const { processor, cores, memoryGb, system, node, load } = machine;
  // Of several names of one subject the first is its own.
  const names = new Map<string, string>();
  for (const { label, about } of scenarios.flatMap(({ cases }) => cases)) {
    if (!names.has(about)) names.set(about, label);
  }
  return `# Benchmarks

Written by \`npm run bench -- --report\` on ${date.slice(0, 10)} at commit ${commit}, in ${minutes} minutes: ${processor}, ${cores} cores,
${memoryGb} GB, ${system}, Node ${node}; the load of the machine was ${load} when it began. Each was measured ${settings.repeat} times for
${settings.seconds} s, in turns, with the load generator on the same machine; whoever was not measured rested. Cells are medians,
with the least and the most in brackets. *A ÷ B* is the median of the pairs of one round, in the first column: only such
ratios carry over to another machine.

${sentence(evenness(result))}.

All repetitions are in [\`${file}\`](${file}).

${pictures.map(({ name, caption }) => `![${caption}](${name}.svg)`).join('\n\n')}

${scenarios.map(section).join('\n\n')}

## Who is who

${[...names].map(([about, label]) => `- **${label}**: ${about}.`).join('\n')}
`;
}

function sentence(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

function section(scenario: ScenarioResult): string {
  const { head, rows } = cellsOf(scenario);
  const line = (cells: readonly string[]) =>
    `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`;
  const table = [line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n');
  return `## ${sentence(scenario.title)}\n\n\`--only ${scenario.name}\`\n\n${table}`;
}
