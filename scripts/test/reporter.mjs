import { relative } from 'node:path';
import { inspect } from 'node:util';

/**
 * A reporter for `node --test-reporter`, which loads JavaScript alone: a line of JSON, a TestEnd of scripts/test.ts, for each test of a
 * file.
 */
export default async function* report(events) {
  for await (const { type, data } of events) {
    if ((type !== 'test:pass' && type !== 'test:fail') || data.nesting > 0) continue;
    const { name, file, skip, details } = data;
    const end = {
      ...(file !== undefined && { file: relative(process.cwd(), file) }),
      name,
      milliseconds: details.duration_ms,
      skipped: skip === true ? 'no reason' : skip || undefined,
      failure: type === 'test:fail' ? inspect(details.error?.cause ?? details.error) : undefined,
    };
    yield `${JSON.stringify(end)}\n`;
  }
}
