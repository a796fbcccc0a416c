/**
 * Makes the pictures of `mapbench report` in docs/images from a recorded run of the catalogue, of which a
 * dozen strategies are shown: the head of the page in the light theme, the trade-offs in the dark one, and a
 * part on a telephone.
 *
 *  npx tsx scripts/screenshots.ts
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { renderPage } from '../src/report/page/kit/page.ts';
import { loadDocument } from '../src/results/file.ts';
import { openFile, startBrowser, type View } from '../tests/support/browser.ts';

const recorded = 'results/xeon-firecracker-6.18-2026-11-catalogue.json';
const folder = 'docs/images';

const strategies = new Set([
  'naive',
  'reuse',
  'reuse_lock',
  'rwx',
  'hugetlb',
  'reuse_shared',
  'memfd',
  'memfd_viewflip',
  'memfd_pwrite',
  'memfd_oop',
  'image_ro',
  'pkey_rwx',
]);

/**
 * A picture: of the page from one section's top to another one's end; without a first one from the page's
 * top.
 */
interface Picture {
  readonly name: string;
  readonly view: View;
  readonly from?: string;
  readonly to: string;
}

const pictures: readonly Picture[] = [
  { name: 'report-light', view: { width: 1280, scheme: 'light' }, to: 'time' },
  { name: 'report-dark', view: { width: 1280, scheme: 'dark' }, from: 'phases', to: 'window' },
  { name: 'time-light', view: { width: 640, scheme: 'light' }, from: 'time', to: 'time' },
  { name: 'time-dark', view: { width: 640, scheme: 'dark' }, from: 'time', to: 'time' },
  { name: 'report-narrow', view: { width: 390, scheme: 'light' }, from: 'time', to: 'distribution' },
];

const whole = loadDocument(recorded);
const document = { ...whole, cases: whole.cases.filter(({ strategy }) => strategies.has(strategy)) };
const path = join(tmpdir(), `mapbench-screenshots-${process.pid}.html`);
writeFileSync(
  path,
  renderPage({
    title: 'mapbench: a dozen strategies',
    documents: [{ name: 'catalogue', document }],
    gates: [],
    compare: {},
  }),
);
mkdirSync(folder, { recursive: true });
const browser = await startBrowser();
for (const { name, view, from, to } of pictures) {
  const { page } = await openFile(browser, path, view);
  const edge = async (id: string, side: 'top' | 'bottom') =>
    Number(await page.evaluate(`document.getElementById('${id}').getBoundingClientRect().${side} + scrollY`));
  const y = from === undefined ? 0 : await edge(from, 'top');
  const clip = { x: 0, y, width: view.width, height: (await edge(to, 'bottom')) - y };
  await page.screenshot({ path: join(folder, `${name}.png`), fullPage: true, clip });
  await page.context().close();
}
await browser.close();
