import { existsSync, readdirSync } from 'node:fs';
import { Argument, type Option } from 'commander';
import { baselineFolder } from '../../results/baselines.ts';
import { exportFormats } from '../../results/export/formats.ts';
import { catalogue } from '../../strategies/catalogue.ts';
import { groups } from '../../strategies/strategy.ts';
import { topicNames } from '../topics.ts';

/** A word that fits, and what it is. */
export interface Candidate {
  readonly value: string;
  readonly about?: string;
}

/** What an option or an argument takes. */
export interface Values {
  readonly candidates: readonly Candidate[];
  /** Whether paths fit too. */
  readonly paths?: 'files' | 'folders';
  /** Whether several can be joined with commas. */
  readonly isList?: boolean;
  /** Whether more follows in the same word. */
  readonly isOpen?: boolean;
}

const strategies = catalogue.map(({ name, summary }): Candidate => ({ value: name, about: summary }));
const strategyGroups = ['all', ...groups].map(
  (name): Candidate => ({ value: `@${name}`, about: name === 'all' ? 'every strategy' : `group ${name}` }),
);
/** What people ask for of sizes and shares. */
const examples: Readonly<Record<string, readonly string[]>> = {
  pages: ['1', '4', '33', '1..1024'],
  call: ['1', '10%', 'all'],
  precision: ['1%', '2%', '5%'],
  threshold: ['1%', '2%', '5%'],
  detect: ['1%', '3%', '5%'],
};

/** The values of an option or an argument: by its parser where that has a list, else by its name. */
export function valuesOf(taker: Option | Argument): Values {
  const choices = choicesOf(taker);
  if (choices !== undefined) return { candidates: choices.map((value) => ({ value })) };
  const name = taker instanceof Argument ? taker.name() : taker.attributeName();
  if (name === 'strategy') {
    const several = taker.variadic;
    return {
      candidates: several ? [...strategies, ...strategyGroups] : strategies,
      paths: 'files',
      isList: several,
    };
  }
  if (['document', 'old', 'new', 'baseline'].includes(name))
    return { candidates: baselines(), paths: 'files' };
  if (name === 'topic') return { candidates: topicNames.map((value) => ({ value, about: 'topic' })) };
  if (name === 'export')
    return { candidates: exportFormats.map((format) => ({ value: `${format}=` })), isOpen: true };
  if (examples[name] !== undefined) return { candidates: examples[name].map((value) => ({ value })) };
  return { candidates: [], ...pathsOf(taker) };
}

function choicesOf({ argChoices, parseArg }: Option | Argument): readonly string[] | undefined {
  return argChoices ?? (parseArg as { choices?: readonly string[] } | undefined)?.choices;
}

function pathsOf(taker: Option | Argument): Pick<Values, 'paths'> {
  const text = taker instanceof Argument ? taker.name() : taker.flags;
  if (/[<[]file/.test(text)) return { paths: 'files' };
  return /[<[]folder/.test(text) ? { paths: 'folders' } : {};
}

function baselines(): Candidate[] {
  if (!existsSync(baselineFolder)) return [];
  return readdirSync(baselineFolder)
    .filter((name) => name.endsWith('.json'))
    .map((name) => ({ value: name.slice(0, -'.json'.length), about: 'baseline' }));
}
