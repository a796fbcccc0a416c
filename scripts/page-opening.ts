/**
 * What the page of a large document costs: 50 cases of 20 forks of 200 samples. Prints the page's size, how
 * long it takes to make it, and how long a browser takes from its address to its first frame and to its load
 * event.
 *
 *  npx tsx scripts/page-opening.ts
 */
import { writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { renderPage } from '../src/report/page/kit/page.ts';
import { largeDocument } from '../tests/page/documents.ts';
import { openFile, startBrowser } from '../tests/support/browser.ts';

const openings = 5;

const document = largeDocument();
const started = performance.now();
const text = renderPage({ title: 'large', documents: [{ name: 'large', document }], gates: [], compare: {} });
const made = performance.now() - started;
console.log(`${(Buffer.byteLength(text) / 1e6).toFixed(2)} MB, made in ${(made / 1000).toFixed(1)} s`);

const path = join(tmpdir(), `mapbench-page-opening-${process.pid}.html`);
writeFileSync(path, text);
const browser = await startBrowser();
for (let opening = 0; opening < openings; opening++) {
  const { page } = await openFile(browser, path, { width: 1280, scheme: 'light' });
  const times = await page.evaluate(`new Promise((resolve) => requestAnimationFrame(() => setTimeout(() => {
    const [frame] = performance.getEntriesByName('first-contentful-paint');
    const [navigation] = performance.getEntriesByType('navigation');
    resolve('first frame ' + frame?.startTime.toFixed(0) + ' ms, loaded ' + navigation.loadEventEnd.toFixed(0) + ' ms');
  })))`);
  console.log(times);
  await page.context().close();
}
await browser.close();
