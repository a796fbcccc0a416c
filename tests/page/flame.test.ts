import assert from 'node:assert/strict';
import { test } from 'node:test';
import { differenceOf, treeOf } from '../../src/profile/tree.ts';
import { flameSections } from '../../src/report/flame/sections.ts';
import { flameSvg } from '../../src/report/flame/svg.ts';
import { none } from '../../src/report/page/kit/html.ts';
import { renderShell } from '../../src/report/page/kit/page.ts';
import { memfd, naive } from '../profile/example.ts';
import { noBrowser, overflowOf, until, useBrowser, violationsOf } from '../support/browser.ts';

const browser = useBrowser();

const graphs = [
  { title: 'naive', tree: treeOf(naive), notes: ['<b>a note</b>'] },
  { title: 'memfd, against naive', tree: differenceOf(treeOf(naive), treeOf(memfd)), notes: [] },
];
const text = renderShell({ title: 'Flame graphs', about: none, sections: flameSections(graphs) });

for (const width of [1280, 390]) {
  for (const scheme of ['light', 'dark'] as const) {
    test(`flame graphs at ${width} pixels, ${scheme}: frames, no error, no request, nothing for axe`, {
      skip: noBrowser,
    }, async () => {
      const { page, problems, requests } = await browser.open(text, { width, scheme, bypassCSP: true });
      // naive has 9 frames and a root, memfd 2 and a root.
      assert.deepEqual(
        await page.$$eval('.flame-graph', (all) =>
          all.map((each) => each.querySelectorAll('g.frame').length),
        ),
        [10, 3],
      );
      assert.equal(await overflowOf(page), 0);
      assert.deepEqual(await violationsOf(page), []);
      assert.deepEqual(problems, []);
      assert.equal(requests.length, 1);
    });
  }
}

test('a click zooms, the button shows the whole again', { skip: noBrowser }, async () => {
  const { page, problems } = await browser.open(text, { width: 1280, scheme: 'light' });
  const graph = page.locator('.flame').first();
  const widthOf = (name: string) =>
    graph.locator('g.frame').filter({ hasText: name }).locator('rect').first().getAttribute('width');
  const before = Number(await widthOf('write_module'));
  await graph.locator('g.frame').filter({ hasText: 'write_module' }).first().click();
  await until(
    page,
    `(() => {
    const figure = document.querySelector('.flame');
    const frames = [...figure.querySelectorAll('g.frame')];
    const rect = frames.find((frame) => frame.textContent.includes('write_module'))?.querySelector('rect');
    return figure.dataset.zoom === 'write_module' && Number(rect?.getAttribute('width')) > ${before * 1.5};
  })()`,
  );
  assert.match(
    (await graph.locator('.flame-details').textContent()) ?? '',
    /^write_module: 400\.0 ns an iteration, 40 %$/,
  );
  await graph.getByRole('button', { name: 'Whole graph' }).click();
  assert.equal(await graph.getAttribute('data-zoom'), 'naive');
  assert.deepEqual(problems, []);
});

test('arrow keys move, Enter zooms, Escape shows the whole; a search marks', {
  skip: noBrowser,
}, async () => {
  const { page, problems } = await browser.open(text, { width: 1280, scheme: 'light' });
  const figure = page.locator('.flame').first();
  await figure.locator('.flame-graph').focus();
  const details = () => figure.locator('.flame-details').textContent();
  await page.keyboard.press('ArrowUp');
  assert.match((await details()) ?? '', /^mprotect: 500\.0 ns/);
  await page.keyboard.press('ArrowRight');
  assert.match((await details()) ?? '', /^write_module: 400\.0 ns/);
  await page.keyboard.press('Enter');
  assert.equal(await figure.getAttribute('data-zoom'), 'write_module');
  await page.keyboard.press('Escape');
  assert.equal(await figure.getAttribute('data-zoom'), 'naive');
  await figure.getByRole('searchbox').fill('exc_page');
  await until(
    page,
    `[...document.querySelectorAll('.flame g.frame rect')].some((rect) => rect.getAttribute('fill') === '#E600E6')`,
  );
  assert.deepEqual(problems, []);
});

test('a picture holds every frame that has room, its text escaped', { skip: noBrowser }, async () => {
  const svg = flameSvg(treeOf({ ...naive, strategy: '<i>&' }), 'a <title>');
  assert.equal(svg.match(/<g>/g)?.length, 10);
  assert.match(svg, /&lt;i&gt;&amp;/);
  assert.match(svg, /aria-label="a &lt;title&gt;"/);
  const { page } = await browser.open(svg, { width: 1280, scheme: 'light' });
  assert.equal(await page.locator('rect').count(), 10 + 1 + 3);
});
