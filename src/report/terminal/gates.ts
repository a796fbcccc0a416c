import { Chalk } from 'chalk';
import { plainText, wrapText } from '../../format/text.ts';
import type { RenderOptions } from './light-table.ts';

/** A gate's outcome as it is shown. */
export interface GateLine {
  readonly text: string;
  readonly outcome: 'holds' | 'fails' | 'undecided';
  readonly evidence: string;
}

/** Gates with their outcomes and evidence, two lines each. */
export function renderGates(gates: readonly GateLine[], { color, width }: RenderOptions): string {
  const chalk = new Chalk({ level: color ? 1 : 0 });
  const marks = { holds: chalk.green, fails: chalk.red, undecided: chalk.yellow };
  return gates
    .map(({ text, outcome, evidence }) => {
      const lines = wrapText(plainText(evidence), width - 2).split('\n');
      return `${marks[outcome](outcome)}: ${plainText(text)}\n${lines.map((line) => `  ${line}`).join('\n')}`;
    })
    .join('\n');
}
