import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { csv } from '../../src/results/export/csv.ts';
import { article, mixed, textOf } from './documents.ts';
import { hostileDocument } from './hostile.ts';

const head =
  'case,strategy,workload,pages,page_size,layout,engine,fork,pid,cpu,sample,iterations,ns_per_iteration\r\n';

/** RFC 4180, read as its grammar says: throws where a quote stands alone and where a line end is bare. */
function readCsv(text: string): string[][] {
  const records: string[][] = [];
  let record: string[] = [];
  let rest = text;
  while (rest !== '') {
    const field = /^(?:"((?:[^"]|"")*)"|([^",\r\n]*))(,|\r\n)/.exec(rest);
    assert.ok(field !== null, `no field: ${JSON.stringify(rest.slice(0, 60))}`);
    record.push(field[1]?.replaceAll('""', '"') ?? field[2] ?? '');
    if (field[3] === '\r\n') {
      records.push(record);
      record = [];
    }
    rest = rest.slice(field[0].length);
  }
  assert.deepEqual(record, [], 'the last record is not ended');
  return records;
}

test('a row a sample, in the order in which they were taken', () => {
  const document = { ...mixed, cases: mixed.cases.filter(({ strategy }) => strategy !== 'reuse_lock') };
  const facts = 'memfd/pages=4,memfd,ret,4,4096,guarded,native';
  assert.equal(
    textOf(csv, document),
    `${head}${facts},0,1,1,0,1000,80\r\n${facts},0,1,1,1,1000,125\r\n${facts},1,2,1,0,1000,100\r\n`,
  );
});

test('without samples there are no rows', () => {
  assert.equal(textOf(csv, article), head);
});

test('every sample comes back, whatever the names are', () => {
  fc.assert(
    fc.property(hostileDocument, (document) => {
      const [, ...rows] = readCsv(textOf(csv, document));
      const expected = document.cases.flatMap((each) =>
        each.status !== 'measured'
          ? []
          : each.forks.flatMap(({ pid, cpu, iterationsPerSample, samples }, fork) =>
              samples.map((time, sample) => [
                ...[each.id, each.strategy, each.workload, `${each.pages ?? ''}`, `${each.pageSize}`],
                ...[each.layout, each.engine, `${fork}`, `${pid}`, `${cpu}`, `${sample}`],
                ...[`${iterationsPerSample}`, `${Number(time.toFixed(3))}`],
              ]),
            ),
      );
      assert.deepEqual(rows, expected);
    }),
  );
});
