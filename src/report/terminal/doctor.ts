import { Chalk, type ChalkInstance } from 'chalk';
import { plainText, wrapText } from '../../format/text.ts';
import type { HostFinding } from '../../results/document.ts';
import type { RenderOptions } from './light-table.ts';

type Level = HostFinding['level'];

/** The groups in which `mapbench doctor` lists findings, with their colours. */
const groups: readonly { level: Level; title: string; paint: (chalk: ChalkInstance) => ChalkInstance }[] = [
  { level: 'serious', title: 'makes numbers worse', paint: (chalk) => chalk.red },
  { level: 'note', title: 'worth knowing', paint: (chalk) => chalk.yellow },
  { level: 'unknown', title: 'not known', paint: (chalk) => chalk.yellow },
  { level: 'ok', title: 'as it should be', paint: (chalk) => chalk.green },
];

/** A finding in one sentence, without its id. */
export function sentenceOfFinding({ evidence, effect, command }: HostFinding): string {
  return plainText(`${evidence} → ${effect}${command === undefined ? '' : `; ${command}`}`);
}

/** What was found about a host, the serious first. */
export function renderHostFindings(
  findings: readonly HostFinding[],
  { color, width }: RenderOptions,
): string {
  const chalk = new Chalk({ level: color ? 1 : 0 });
  const paragraphs = groups.flatMap(({ level, title, paint }) => {
    const own = findings.filter((finding) => finding.level === level);
    if (own.length === 0) return [];
    const lines = own.map((finding) => lineOf(finding, paint(chalk), width));
    return [[chalk.bold(title), ...lines].join('\n')];
  });
  return paragraphs.join('\n\n');
}

function lineOf(finding: HostFinding, paint: ChalkInstance, width: number): string {
  const subject = `  ${plainText(finding.id)}`;
  const [first = '', ...rest] = wrapText(
    `${plainText(finding.id)}: ${sentenceOfFinding(finding)}`,
    width - 2,
    '  ',
  ).split('\n');
  const lines = [first, ...rest].map((line) => `  ${line}`).join('\n');
  return paint(lines.slice(0, subject.length)) + lines.slice(subject.length);
}
