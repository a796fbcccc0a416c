import { callMapbench } from '../../support/in-process.ts';
import { commandLines } from '../command-lines.ts';
import type { Target } from './target.ts';

/** Every option of every command. */
export const options: Target<string[]> = {
  name: 'command lines',
  mayFail: true,
  inputs: commandLines(),
  attempt: async (words) => [await callMapbench(words)],
};
