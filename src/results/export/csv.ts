import type { CostUnit } from '../../format/numbers.ts';
import { costUnitOf, type MeasuredCase } from '../document.ts';
import { decimal, measuredCases } from './common.ts';
import type { Exporter } from './exporter.ts';

type Field = string | number | null;

/** The page size is in bytes, `fork` and `sample` count from 0, `iterations` are those of the sample. */
const head: readonly Field[] = [
  ...['case', 'strategy', 'workload', 'pages', 'page_size', 'layout', 'engine'],
  ...['fork', 'pid', 'cpu', 'sample', 'iterations'],
];

const costColumn: Readonly<Record<CostUnit, string>> = {
  'ns/iter': 'ns_per_iteration',
  'instructions/iter': 'instructions_per_iteration',
};

/** One row a sample of the measured cases, in the order in which they were taken. */
export const csv: Exporter = {
  name: 'csv',
  summary: 'a row a sample, for R, pandas and spreadsheets',
  kind: 'file',
  export(document) {
    const cases = measuredCases(document);
    const columns = [...head, costColumn[costUnitOf(cases)]];
    return [{ path: '', text: [columns, ...cases.flatMap(rowsOf)].map(record).join('') }];
  },
};

function rowsOf(measured: MeasuredCase): Field[][] {
  const { id, strategy, workload, pages, pageSize, layout, engine } = measured;
  return measured.forks.flatMap(({ pid, cpu, iterationsPerSample, samples }, fork) =>
    samples.map((time, sample) => [
      ...[id, strategy, workload, pages, pageSize, layout, engine],
      ...[fork, pid, cpu, sample, iterationsPerSample, decimal(time)],
    ]),
  );
}

/** A record of RFC 4180, section 2: CRLF ends it, quotes are doubled. Nothing is known of an empty field. */
function record(fields: readonly Field[]): string {
  return `${fields.map(quoted).join(',')}\r\n`;
}

function quoted(field: Field): string {
  const text = field === null ? '' : String(field);
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
