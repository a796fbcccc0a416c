import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { test } from 'node:test';
import { noBrowser, overflowOf, useBrowser, type View, violationsOf } from '../support/browser.ts';
import { isSoak } from '../support/depth.ts';
import { catalogue, latencyDocument, seven, sizesDocument, slowed, threadsDocument } from './documents.ts';
import { pageOf } from './request.ts';

const browser = useBrowser();

const gates = [
  { text: 'memfd < 0.2 * reuse', outcome: 'holds', evidence: 'memfd 400 ns against 680 ns' },
  { text: 'naive < 1 us', outcome: 'fails', evidence: 'naive 9.9 µs against 1 µs' },
  { text: 'reuse < 3.4 us', outcome: 'undecided', evidence: 'reuse 3.4 µs against 3.4 µs' },
] as const;

/** Pages that have all sections between them. */
const pages = {
  catalogue: pageOf([catalogue], { gates }),
  two: pageOf([seven, slowed(seven, { reuse: 0.3, memfd: -0.2, naive: 0.015 })]),
  many: pageOf([seven, slowed(seven, { reuse: 0.3 }), slowed(seven, { rwx: -0.1 })]),
  sizes: pageOf([sizesDocument()]),
  threads: pageOf([threadsDocument()]),
  latency: pageOf([latencyDocument()]),
};

/** Colours do not depend on the width: each of both, and with time all. */
const views: readonly View[] = [1280, 390].flatMap((width) =>
  (['light', 'dark'] as const)
    .filter((scheme) => isSoak || (width === 1280) === (scheme === 'light'))
    .map((scheme) => ({ width, scheme })),
);

for (const [name, text] of Object.entries(pages)) {
  for (const view of views) {
    test(`${name}, ${view.width} pixels, ${view.scheme}: no problem, no request, no overflow, nothing for axe`, {
      skip: noBrowser,
    }, async () => {
      const { page, problems, requests } = await browser.open(text, { ...view, bypassCSP: true });
      assert.equal(await overflowOf(page), 0);
      for (const details of await page.locator('details').all())
        await details.evaluate((element) => element.setAttribute('open', ''));
      assert.equal(await overflowOf(page), 0, 'with its figures unfolded');
      assert.deepEqual(await violationsOf(page), []);
      assert.deepEqual(problems, []);
      assert.deepEqual(
        requests.map((url) => url.slice(0, 8)),
        ['file:///'],
      );
      await page.context().close();
    });
  }
}

/** How many marks of a class a chart shows at this width. */
async function marks(text: string, selector: string): Promise<number> {
  const { page } = await browser.open(text, { width: 1280, scheme: 'light' });
  const count = await page.locator(`.wide ${selector}`).count();
  await page.context().close();
  return count;
}

test('each chart has a mark for everything that it shows', { skip: noBrowser }, async () => {
  const { catalogue: whole, two, many, sizes, threads, latency } = pages;
  const cases = catalogue.cases.filter(({ status }) => status === 'measured');
  const forks = cases.reduce((sum, each) => sum + each.forks.length, 0);
  assert.equal(await marks(whole, '.estimate > *'), cases.length);
  assert.equal(await marks(whole, '.interval > *'), cases.length);
  assert.equal(await marks(whole, '.violin path'), cases.length);
  assert.equal(await marks(whole, '.fork circle'), forks, 'dots of the violins');
  assert.equal(await marks(whole, '.fork rect'), forks, 'bands of the strips');
  assert.equal(await marks(whole, '.strip text'), cases.length);
  assert.equal(await marks(whole, '.window > *'), cases.length);
  assert.equal(await marks(two, '.change > *'), 7);
  assert.equal(await marks(many, '.document circle'), 21);
  assert.equal(await marks(sizes, '.size > *'), 12);
  assert.equal(await marks(sizes, '.model > *'), 2);
  assert.equal(await marks(sizes, '.crossing > *'), 1);
  assert.equal(await marks(threads, '.scaling > *'), 8);
  assert.equal(await marks(latency, '.percentile > *'), 15);
});

test('one size of each chart is shown, with a name and a description for screen readers', {
  skip: noBrowser,
}, async () => {
  for (const [width, shown] of [
    [1280, 'wide'],
    [390, 'narrow'],
  ] as const) {
    const { page } = await browser.open(pages.catalogue, { width, scheme: 'light' });
    const charts = page.getByRole('img');
    assert.equal(await charts.count(), 5);
    for (const chart of await charts.all()) {
      assert.equal(await chart.evaluate((element) => element.parentElement?.className), shown);
      assert.ok(((await chart.getAttribute('aria-label')) ?? '').length > 20);
      const described = (await chart.getAttribute('aria-describedby')) ?? '';
      assert.ok(((await page.locator(`#${described}`).textContent()) ?? '').length > 20);
    }
    await page.context().close();
  }
});

test('type in charts is not smaller than 10 pixels at any width of a window', {
  skip: noBrowser,
}, async () => {
  for (const width of [390, 600, 1000, 1001, 1280, 1600]) {
    const { page } = await browser.open(pages.catalogue, { width, scheme: 'light' });
    const least = await page.evaluate(`Math.min(...[...document.querySelectorAll('figure svg')]
      .filter((svg) => svg.getBoundingClientRect().width > 0)
      .map((svg) => 12 * svg.getBoundingClientRect().width / svg.viewBox.baseVal.width))`);
    assert.ok(Number(least) >= 10, `${least} pixels at ${width}`);
    assert.equal(await overflowOf(page), 0, `at ${width}`);
    await page.context().close();
  }
});

test('names and times beside a chart are not cut off', { skip: noBrowser }, async () => {
  for (const width of [1280, 390]) {
    const { page } = await browser.open(pages.catalogue, { width, scheme: 'light' });
    const outside = await page.evaluate(`[...document.querySelectorAll('figure svg')].flatMap((svg) => {
      const frame = svg.getBoundingClientRect();
      if (frame.width === 0) return [];
      return [...svg.querySelectorAll('text')].filter((text) => {
        const box = text.getBoundingClientRect();
        return box.left < frame.left - 1 || box.right > frame.right + 1;
      }).map((text) => text.textContent);
    })`);
    assert.deepEqual(outside, [], `at ${width}`);
    await page.context().close();
  }
});

test('the summary is sorted by every column, either way, also by keyboard', { skip: noBrowser }, async () => {
  const { page } = await browser.open(pages.catalogue, { width: 1280, scheme: 'light' });
  const table = page.locator('#summary table.sortable');
  const heads = table.locator('thead th');
  const column = async (index: number) =>
    table.locator(`tbody tr > :nth-child(${index + 1})`).evaluateAll((cells) =>
      cells.map((cell) => ({
        text: cell.textContent ?? '',
        value: cell.getAttribute('data-value') ?? undefined,
      })),
    );
  const unsorted = await column(0);
  for (let index = 0; index < (await heads.count()); index++) {
    const head = heads.nth(index);
    assert.equal(await head.getAttribute('aria-sort'), 'none');
    for (const [order, sign] of [
      ['ascending', 1],
      ['descending', -1],
    ] as const) {
      await head.getByRole('button').focus();
      await page.keyboard.press('Enter');
      assert.equal(await head.getAttribute('aria-sort'), order);
      assert.equal(await table.locator('th[aria-sort=ascending], th[aria-sort=descending]').count(), 1);
      const cells = await column(index);
      assert.equal(cells.length, unsorted.length);
      for (const [at, cell] of cells.entries()) {
        const next = cells[at + 1];
        if (next === undefined) continue;
        const step =
          cell.value === undefined
            ? cell.text.localeCompare(next.text, 'en', { numeric: true })
            : Number(cell.value) - Number(next.value);
        assert.ok(step * sign <= 0, `${order}: ${cell.text} before ${next.text}`);
      }
    }
  }
  await page.context().close();
});

test('the theme follows the system until it is chosen, and the choice is remembered', {
  skip: noBrowser,
}, async () => {
  const { page, problems } = await browser.open(pages.latency, { width: 1280, scheme: 'dark' });
  const button = page.getByRole('button', { name: /^Theme/ });
  const ground = () => page.evaluate('getComputedStyle(document.body).backgroundColor');
  const [dark, light] = ['rgb(20, 23, 28)', 'rgb(255, 255, 255)'];
  assert.equal(await button.textContent(), 'Theme: system');
  assert.equal(await ground(), dark);
  await page.emulateMedia({ colorScheme: 'light' });
  assert.equal(await ground(), light);
  await button.click();
  await button.click();
  assert.equal(await button.textContent(), 'Theme: dark');
  assert.equal(await ground(), dark);
  await page.reload();
  assert.equal(await button.textContent(), 'Theme: dark');
  assert.equal(await ground(), dark);
  await button.press('Enter');
  assert.equal(await button.textContent(), 'Theme: system');
  assert.equal(await ground(), light);
  assert.deepEqual(problems, []);
  await page.context().close();
});

test('the policy of the page lets nothing be fetched and no other script run', {
  skip: noBrowser,
}, async () => {
  let visits = 0;
  const server = createServer((_, response) => {
    visits++;
    response.end();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const address = `http://127.0.0.1:${port}/x`;
  const injected = pages.latency.replace(
    '</body>',
    `<script>document.title = 'other'</script><img src="${address}" alt=""><link rel="stylesheet" href="${address}"></body>`,
  );
  const { page, problems } = await browser.open(injected, { width: 1280, scheme: 'light' });
  assert.equal(await page.title(), 'A report');
  await page.evaluate(`fetch('${address}').catch(() => {})`);
  await page.context().close();
  server.close();
  assert.equal(visits, 0);
  assert.ok(problems.length >= 4, 'each is named on the console');
});
