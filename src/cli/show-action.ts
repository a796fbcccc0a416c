import { programInC } from '../program/c/program.ts';
import { describeProgram } from '../program/describe.ts';
import type { Layout } from '../program/layout.ts';
import { findStrategy } from '../strategies/catalogue.ts';
import { programOf } from '../strategies/strategy.ts';
import { pageSize } from '../system/page-size.ts';
import { ret } from '../workloads/ret.ts';
import { UsageError } from './exit-codes.ts';
import { version } from './version.ts';

const wxClasses = {
  flip: 'flip (never writable and executable at once)',
  dual: 'dual (a writable and an executable view)',
  rwx: 'rwx (writable and executable at once)',
} as const;

/** Prints a strategy's program. */
export function show(name: string, options: { lang: 'text' | 'c'; pages: number; layout: Layout }): void {
  const strategy = findStrategy(name);
  if (strategy === undefined) throw new UsageError(`no strategy is named ${name}`);
  const module = { pages: options.pages, pageSize: pageSize() };
  const program = programOf(strategy, module);
  const { summary, wx, needs } = strategy;
  if (options.lang === 'c') {
    process.stdout.write(programInC(program, ret, options.layout, { version: version(), summary }));
    return;
  }
  const size = (module.pages * module.pageSize) / 1024;
  process.stdout.write(`${name}: ${summary}
W^X: ${wxClasses[wx]}
needs: ${needs}
module: ${module.pages} ${module.pages === 1 ? 'page' : 'pages'} of ${module.pageSize} bytes = ${size} KiB; ${ret.summary}

${describeProgram(program)}
`);
}
