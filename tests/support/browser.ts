import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before } from 'node:test';
import { pathToFileURL } from 'node:url';
import { type Browser, chromium, type Page } from 'playwright-core';
import { lacking } from './tools.ts';

const executablePath = '/usr/bin/chromium';

/** Why no page can be looked at, or false. */
export const noBrowser = lacking(executablePath);

const switches = [
  '--headless',
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

/** How a page is looked at. */
export interface View {
  /** Pixels. */
  readonly width: number;
  readonly scheme: 'light' | 'dark';
  /** A page's own policy forbids the scripts of tests; a test of the policy leaves it as it is. */
  readonly bypassCSP?: boolean;
}

/** A page that was opened, and what went on in it since. */
export interface OpenPage {
  readonly page: Page;
  /** Errors of the console and of scripts, warnings too. */
  readonly problems: readonly string[];
  /** The addresses that it asked for, its own first. */
  readonly requests: readonly string[];
}

/** Starts chromium for the tests of a file, and stops it behind them. */
export function useBrowser() {
  let browser: Browser | undefined;
  const folder = mkdtempSync(join(tmpdir(), 'mapbench-page-'));
  before(async () => {
    if (noBrowser === false) browser = await startBrowser();
  });
  after(async () => {
    await browser?.close();
    rmSync(folder, { recursive: true, force: true });
  });
  let files = 0;
  return {
    /** Opens a page's text from a file of its own. */
    async open(text: string, view: View): Promise<OpenPage> {
      const path = join(folder, `${++files}.html`);
      writeFileSync(path, text);
      if (browser === undefined) throw new Error('the browser is not started yet');
      return openFile(browser, path, view);
    },
  };
}

/** Starts chromium. Throws where it is not installed. */
export async function startBrowser(): Promise<Browser> {
  return chromium.launch({ executablePath, args: switches });
}

/** Opens a file as a user would. */
export async function openFile(
  browser: Browser,
  path: string,
  { width, scheme, bypassCSP = false }: View,
): Promise<OpenPage> {
  const context = await browser.newContext({
    viewport: { width, height: 900 },
    colorScheme: scheme,
    bypassCSP,
  });
  const page = await context.newPage();
  const problems: string[] = [];
  const requests: string[] = [];
  page.on('console', (message) => {
    if (['error', 'warning'].includes(message.type())) problems.push(message.text());
  });
  page.on('pageerror', (error) => problems.push(String(error)));
  page.on('request', (request) => requests.push(request.url()));
  await page.goto(pathToFileURL(path).href);
  return { page, problems, requests };
}

const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

/** What axe finds wrong with a page, a line a rule. The page must have been opened with `bypassCSP`. */
export async function violationsOf(page: Page): Promise<string[]> {
  await page.addScriptTag({ content: axe });
  return page.evaluate(`axe.run(document, { resultTypes: ['violations'] }).then(({ violations }) =>
    violations.map(({ id, help, nodes }) => id + ': ' + help + ': ' + nodes.slice(0, 3).map(({ html }) => html.slice(0, 200)).join(' | ')))`);
}

/** Pixels by which a page is wider than its window. */
export async function overflowOf(page: Page): Promise<number> {
  return page.evaluate('document.documentElement.scrollWidth - document.documentElement.clientWidth');
}

/**
 * Waits until an expression is true in a page, at most 20 s. Playwright's own way evaluates in the page,
 * which its policy forbids.
 */
export async function until(page: Page, expression: string): Promise<void> {
  for (let tries = 0; tries < 400; tries++) {
    if ((await page.evaluate(expression)) === true) return;
    await page.waitForTimeout(50);
  }
  throw new Error(`waited in vain for ${expression}`);
}
