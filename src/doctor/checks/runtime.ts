import type { Check } from '../check.ts';
import { fine, note } from '../finding.ts';

/** The oldest major version of Node.js that mapbench is tested with. */
const oldestNode = 20;

export const runtime: Check = {
  id: 'node',
  look({ node, koffi, architecture }) {
    const evidence = `Node.js ${node}, koffi ${koffi}, ${architecture}`;
    const major = Number(/^v(\d+)/.exec(node)?.[1]);
    if (major < oldestNode)
      return note(evidence, 'mapbench is not tested with it', 'install Node.js 20 or newer');
    return fine(evidence, 'mapbench runs on it');
  },
};
