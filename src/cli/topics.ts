import { wrapText } from '../format/text.ts';
import { catalogue } from '../strategies/catalogue.ts';
import { groups } from '../strategies/strategy.ts';
import { configNames } from './config.ts';
import { exitCodes } from './exit.ts';

/** What help and the manual page tell beside the commands. */
export interface Topic {
  readonly name: string;
  readonly title: string;
  readonly paragraphs: readonly string[];
  /** Terms and what they mean, below the paragraphs. */
  readonly terms?: readonly (readonly [term: string, meaning: string])[];
}

const topics: readonly Topic[] = [
  {
    name: 'strategies',
    title: 'Strategies',
    paragraphs: [
      `A strategy is named by its name, by a glob as memfd*, by a group as @article, @engines, @kernel, @user or @all, or by a file that declares strategies of your own, as ./mine.ts. Commands that take several take them with blanks or commas between them. To load a file mapbench needs esbuild beside it, beside the file or in the current folder.`,
      'mapbench list tells which of them this host can run, mapbench show NAME prints the steps of one.',
    ],
    terms: groups.flatMap((group) =>
      catalogue
        .filter((strategy) => strategy.group === group)
        .map(({ name, summary }) => [name, `${summary} (@${group})`] as const),
    ),
  },
  {
    name: 'noise',
    title: 'Noise',
    paragraphs: [
      'Where a process maps its memory is drawn once, and so is its speed: every case runs in several fresh processes (--forks), in shuffled rounds, and intervals are over processes, not over samples.',
      'For steadier numbers: more forks, or --precision 1%; a CPU that nothing else uses (--cpu); a fixed clock rate. To compare two settings, mapbench ab runs both in every process, in ABBA blocks, in which drift cancels. --relative-to tells what a case did from what the machine did.',
      'compare counts a change as noise up to a threshold that it learns from the older document; --threshold sets it.',
    ],
  },
  {
    name: 'gates',
    title: 'Gates',
    paragraphs: [
      'A gate is a condition that a run must meet: --assert "memfd < 0.2 * reuse", or one a line in a file (--assert-file), or in the configuration. It holds or fails when its whole interval does, and is undecided otherwise; undecided gates fail with --strict only. One about a case that failed or is unavailable here fails. A gate that fails makes the exit status 3.',
    ],
    terms: [
      ['memfd < 200ns', 'the time of a case'],
      ['memfd < 0.2 * reuse', 'one against another, of the same run'],
      ['relative(memfd, reuse) < 20%', 'the same as a fraction'],
      ['change(memfd) < 5%', 'against --baseline'],
      ['faults(reuse) <= 4', 'page faults an iteration'],
      ['event(memfd, "tlb:tlb_flush") == 0', 'an event a load, of --event'],
      ['instructions(reuse) < 1.01 * baseline', 'instructions, of --metric instructions'],
    ],
  },
  {
    name: 'environment',
    title: 'Environment',
    paragraphs: ['mapbench works without any of these variables.'],
    terms: [
      ['NO_COLOR', 'plain text if it is set and not empty'],
      ['FORCE_COLOR', 'colours also where output is no terminal; 0 = none'],
      ['COLUMNS', 'the width of tables where output is no terminal'],
      ['TERM', 'dumb = plain text, no progress'],
      ['LC_ALL, LC_CTYPE, LANG', 'whether a terminal shows more than ASCII'],
      ['GITHUB_STEP_SUMMARY', 'the file that --export github-summary=… adds to by default'],
    ],
  },
  {
    name: 'files',
    title: 'Files',
    paragraphs: ['Paths are from the current folder.'],
    terms: [
      [configNames.join(', '), 'the configuration, the first that is there: strategies, defaults and gates'],
      ['results/NAME.json', 'baselines, as --save-baseline NAME writes them'],
      ['results/history/', 'runs, as --record writes them'],
    ],
  },
  {
    name: 'exit-status',
    title: 'Exit status',
    paragraphs: [
      'Of every command. Where several hold the status is the first of: 130 and other signals, 2, 1 for a case, 3, 1 for what could not be written, 4. A gate that could compare nothing fails.',
    ],
    terms: [
      [`${exitCodes.measured}`, 'measured; nothing is wrong'],
      [
        `${exitCodes.failed}`,
        'something failed: a case crashed, hung or was refused half-way, or a file could not be written',
      ],
      [`${exitCodes.usage}`, 'usage: an option, a document or a file is wrong'],
      [
        `${exitCodes.regressed}`,
        'a gate fails; --fail-on found a regression, a case that fails now and did not before, or nothing to compare',
      ],
      [`${exitCodes.unavailable}`, 'nothing of what was asked for can run on this host'],
      [`${exitCodes.interrupted}`, 'interrupted; what was measured by then is printed'],
    ],
  },
];

/** The names of the topics, as `mapbench help <topic>` takes them. */
export const topicNames: readonly string[] = topics.map(({ name }) => name);

/** All topics, in the order of the manual page. */
export const allTopics = topics;

export function findTopic(name: string | undefined): Topic | undefined {
  return topics.find((topic) => topic.name === name);
}

/** A topic as help prints it. */
export function plainTopic({ title, paragraphs, terms = [] }: Topic): string {
  const width = Math.max(0, ...terms.map(([term]) => term.length)) + 4;
  const list = terms.map(([term, meaning]) => `  ${term.padEnd(width - 2)}${meaning}\n`).join('');
  const text = paragraphs.map((paragraph) => `${wrapText(paragraph, 80)}\n`).join('\n');
  return [`${title}\n`, text, ...(list === '' ? [] : [list])].join('\n');
}
