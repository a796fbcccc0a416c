import type { ForkResult, ResultDocument } from './document.ts';

/** Decimals of a sample in nanoseconds: a picosecond is far below the noise of any iteration. */
const sampleDecimals = 3;

/** A list of numbers as JSON.stringify lays it out. Text in a document cannot look so: its line ends are escaped. */
const numberList = /\[\n\s+(-?\d[^[\]{}"]*?)\n\s+\]/g;

/** The JSON text of a document, to be read by people too: indented, a fork's samples on one line. */
export function serializeDocument(document: ResultDocument): string {
  const cases = document.cases.map((each) => ({ ...each, forks: each.forks.map(rounded) }));
  const text = JSON.stringify({ ...document, cases }, null, 2);
  return `${text.replace(numberList, (_, numbers: string) => `[${numbers.replace(/\s+/g, ' ')}]`)}\n`;
}

function rounded(fork: ForkResult): ForkResult {
  return { ...fork, samples: fork.samples.map((sample) => Number(sample.toFixed(sampleDecimals))) };
}
