import { programInC } from '../../program/c/program.ts';
import type { CHeader } from '../../program/c/sections.ts';
import { programForWillItScale } from '../../program/c/will-it-scale.ts';
import { describeProgram } from '../../program/describe.ts';
import type { Program } from '../../program/ir.ts';
import type { CacheMaintenanceMode, Layout } from '../../program/names.ts';
import { listLoop } from '../../program/native/listing.ts';
import { programFor } from '../../runner/bench.ts';
import type { KnownStrategy } from '../../runner/plan.ts';
import { caseOptionsOf, onCommandLine } from '../../runner/request.ts';
import { selectStrategy } from '../../runner/select.ts';
import type { WxClass } from '../../strategies/strategy.ts';
import { isOfKind, RequestError } from '../../system/errors.ts';
import { pageSize } from '../../system/memory.ts';
import { hostArchitecture } from '../../system/syscalls.ts';
import { version } from '../../system/version.ts';
import { addresses } from '../../target/protocol.ts';
import { findWorkload } from '../../workloads/catalogue.ts';
import { contentOf } from '../../workloads/load.ts';
import type { Workload } from '../../workloads/workload.ts';
import { requested, type ShownLanguage, type WorkloadArguments } from '../options.ts';
import { printReport } from '../terminal.ts';

const wxClasses = {
  flip: 'flip (never writable and executable at once)',
  dual: 'dual (a writable and an executable view)',
  'no-write': 'no-write (the code has no writable mapping)',
  rwx: 'rwx (writable and executable at once)',
  unknown: 'not known',
} as const satisfies Record<WxClass, string>;

/** The options of `mapbench show` as commander gives them. */
export interface ShowArguments extends WorkloadArguments {
  readonly lang: ShownLanguage;
  readonly pages?: number;
  readonly layout: Layout;
  readonly icache?: CacheMaintenanceMode;
  readonly known?: readonly KnownStrategy[];
}

/** Prints a strategy's program. */
export async function show(name: string, options: ShowArguments): Promise<void> {
  const { strategy } = await selectStrategy(name, options.known);
  const { parameters } = caseOptionsOf({ ...requested(options), pages: undefined }, onCommandLine);
  const workload = findWorkload(options.workload, parameters);
  const module = { pages: options.pages ?? workload.pages, pageSize: pageSize() };
  const made = programOrRefusal(() => programFor(strategy, workload, module), strategy.name);
  const program = { ...made, ...(options.icache !== undefined && { icache: options.icache }) };
  if (program.library !== undefined && options.lang !== 'text')
    throw new RequestError(
      `--lang ${options.lang} is of strategies whose steps mapbench knows; ${strategy.name} is a shared object`,
    );
  const { summary, wx, needs, remedy, shippedBy = [] } = strategy;
  const layout = workload.life.kind === 'cold' ? 'kernel' : options.layout;
  if (options.lang === 'asm') {
    process.stdout.write(inAssembly(program, workload, { version: version(), summary }));
    return;
  }
  const printers = { c: programInC, 'will-it-scale': programForWillItScale };
  if (options.lang !== 'text') {
    const print = printers[options.lang];
    process.stdout.write(print(program, workload, layout, { version: version(), summary }));
    return;
  }
  const size = (module.pages * module.pageSize) / 1024;
  const owners = shippedBy.map(({ project, url }) => `  ${project}: ${url}\n`).join('');
  const text = `${strategy.name}: ${summary}
W^X: ${wxClasses[wx]}
needs: ${needs}${remedy === undefined ? '' : `; if not: ${remedy}`}
${owners === '' ? 'nobody was found to ship it' : `shipped by\n${owners}`.trimEnd()}
module: ${module.pages} ${module.pages === 1 ? 'page' : 'pages'} of ${module.pageSize} bytes = ${size} KiB; ${workload.summary}

${describeProgram(program)}`;
  printReport(false, () => text);
}

/** The loop as this machine runs it. */
function inAssembly(program: Program, workload: Workload, { version, summary }: CHeader): string {
  const { strategy, module } = program;
  const architecture = hostArchitecture() ?? 'x64';
  if (program.landingPads && architecture !== 'arm64')
    throw new RequestError(`${strategy} has landing pads, which AArch64 alone has; --lang c prints both`);
  const { length, at } = contentOf(workload, module.pages * module.pageSize, architecture);
  const { content } = at(addresses.content, addresses.content + length);
  const places = `what is loaded lies at 0x${addresses.content.toString(16)}; where a process's own copy of it lies differs from run to run`;
  return listLoop(program, content, { architecture, pid: process.pid }, [
    `${strategy}: ${summary}`,
    `${module.pages} pages of ${module.pageSize} bytes, workload ${workload.name}. Printed by mapbench ${version}.`,
    `As mapbench times it: long loop(void *context, long instance). as ${strategy}.s -o ${strategy}.o`,
    ...(length > 0 ? [places] : []),
  ]);
}

function programOrRefusal<T>(make: () => T, name: string): T {
  try {
    return make();
  } catch (error) {
    if (isOfKind(error, 'unsuited')) throw new RequestError(`${name} makes no sense here: ${error.message}`);
    throw error;
  }
}
