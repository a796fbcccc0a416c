import type { NamedDocument } from '../../../comparison/matrix.ts';
import { formatBytes, formatPercent } from '../../../format/numbers.ts';
import type { ResultDocument } from '../../../results/document.ts';
import { html } from '../kit/html.ts';
import type { SectionMaker } from '../kit/input.ts';
import { dataTable } from '../kit/table.ts';

type Fact = (document: ResultDocument) => string | number | undefined | null;

const bytes = (size: number | null) => (size === null ? null : formatBytes(size));
const duration = (time: number | undefined) => time && (time < 1000 ? `${time} ms` : `${time / 1000} s`);

/** What is said of a document, by name. */
const facts: Readonly<Record<string, Fact>> = {
  'measured at': ({ createdAt }) => createdAt,
  by: ({ tool }) => `${tool.name ?? 'mapbench'} ${tool.version}`,
  CPU: ({ host }) => host.cpu,
  CPUs: ({ host }) => host.cpus,
  architecture: ({ host }) => host.architecture,
  kernel: ({ host }) => host.kernel,
  hypervisor: ({ host }) => host.virtualisation ?? 'none known',
  'page size': ({ host }) => bytes(host.pageSize),
  memory: ({ host }) => bytes(host.memory),
  'transparent huge pages': ({ host }) => host.transparentHugepages,
  'huge pages in the pool': ({ host }) => host.hugePagesTotal,
  'of them free': ({ host }) => host.hugePagesFree,
  'lockable memory': ({ host }) => bytes(host.memlockBytes),
  'Node.js': ({ host }) => host.node,
  host: ({ host }) => host.hostname,
  notes: ({ host }) => host.notes,
  strategies: ({ options }) => options.strategies?.length,
  pages: ({ options }) => options.pages?.join(', '),
  engine: ({ options }) => options.engine,
  layout: ({ options }) => options.layout,
  workload: ({ options }) => options.workload,
  parameters: ({ options }) => parametersIn(options.parameters),
  forks: ({ options }) => options.forks,
  'time a fork': ({ options }) => duration(options.timePerFork),
  precision: ({ options }) =>
    options.precision === undefined ? undefined : formatPercent(options.precision),
  'time at most': ({ options }) => duration(options.maxTimeMs),
  'fork timeout': ({ options }) => duration(options.forkTimeoutMs),
  seed: ({ options }) => options.seed,
  'pinned to CPU': ({ options }) => options.cpu,
  interrupted: ({ interrupted }) => (interrupted ? 'yes' : undefined),
};

/** Where and how the documents were measured. */
export const hosts: SectionMaker = ({ documents }) => {
  const rows = Object.entries(facts).flatMap(([name, of]) => {
    const values = documents.map(({ document }) => of(document) ?? undefined);
    if (values.every((value) => value === undefined)) return [];
    return [{ name, values, differs: new Set(values).size > 1 }];
  });
  const columns = documents.map(
    ({ name }: NamedDocument, index) =>
      ({
        head: documents.length === 1 ? 'value' : name,
        align: 'left',
        isLong: true,
        cells: rows.map(({ values, differs }) => {
          const text = values[index] ?? 'not known';
          return differs ? html`<strong>${text}</strong>` : text;
        }),
      }) as const,
  );
  return {
    id: 'hosts',
    title: documents.length === 1 ? 'Host and options' : 'Hosts and options',
    how:
      documents.length === 1
        ? 'Where and how it was measured: figures of other hosts and options are other figures.'
        : 'Where and how the documents were measured; what differs is bold.',
    body: dataTable([{ head: 'fact', align: 'left', cells: rows.map(({ name }) => name) }, ...columns], {
      caption: 'Facts of the hosts and the options',
    }),
  };
};

function parametersIn(parameters: ResultDocument['options']['parameters']): string | undefined {
  const given = Object.entries(parameters ?? {});
  if (given.length === 0) return undefined;
  return given.map(([name, value]) => `${name}: ${JSON.stringify(value)}`).join(', ');
}
