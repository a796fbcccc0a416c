import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { WriteStream } from 'node:tty';
import { createProgress } from '../../src/cli/display.ts';
import { caseOf } from '../support/cases.ts';
import { onTerminal, type PseudoTerminal } from '../support/pseudo-terminal.ts';
import { createScreen } from '../support/screen.ts';
import { lacking } from '../support/tools.ts';

const skip = lacking('script');
const short = ['run', '--forks', '2', '--time', '20'];
const hideCursor = '\u001b[?25l';
const endOfFrame = '\u001b[?2026l';

/** What the screen showed after every frame, and at the end. */
async function watch(parameters: readonly string[], terminal: PseudoTerminal) {
  const { written, status } = await onTerminal(parameters, terminal);
  const screen = createScreen(terminal.columns, terminal.rows);
  const frames = written.split(endOfFrame).map((part) => {
    screen.write(part);
    return screen.lines();
  });
  return { written, status, screen, frames, last: frames.at(-1) ?? [] };
}

test('the table fills up, its intervals come after a round, and is gone at the end', { skip }, async () => {
  const { frames, last, screen, status } = await watch([...short, '-s', 'memfd,rwx'], {
    columns: 80,
    rows: 24,
  });
  assert.equal(status, 0);
  assert.equal(screen.hasWrapped, false);
  assert.equal(screen.cursorIsVisible, true);
  const [first = [], second = [], third = []] = frames;
  assert.match(first[0] ?? '', /^strategy {2}time\/iteration {2}± {2}forks$/);
  assert.deepEqual(first.slice(2, 5), ['memfd', 'rwx', '']);
  assert.match(first[5] ?? '', /^(memfd|rwx)\/pages=4 {2}round 1 of 2$/);
  assert.equal(second.filter((line) => /^(memfd|rwx) +[\d.]+ [nµ]s +1$/.test(line)).length, 1);
  assert.equal(third.filter((line) => /^(memfd|rwx) +\[.* [nµ]s\] +[\d.]+ % +1$/.test(line)).length, 2);
  assert.match(third[5] ?? '', /^(memfd|rwx)\/pages=4 {2}round 2 of 2, \d+ s left$/);
  assert.ok(last.every((line) => !line.includes('round')));
  assert.match(last.join('\n'), /^strategy .*W\^X\n─+\nmemfd .*dual\nrwx .*rwx$/m);
  assert.equal(last.filter((line) => line.startsWith('strategy')).length, 1);
});

test('cases that do not fit are counted, and no line is cut in two', { skip }, async () => {
  const six = 'memfd,rwx,naive,reuse,shm_open,tmpfile';
  const { frames } = await watch([...short, '-s', six], { columns: 30, rows: 10 });
  // The frames with the view: all but what follows the clearing.
  const views = frames.slice(0, -2);
  assert.ok(views.length >= 12);
  for (const view of views) {
    assert.equal(view.length, 9, view.join('\n'));
    assert.equal(view[6], '… and 2 more');
    assert.ok(view.every((line) => line.length < 30));
  }
});

test('a terminal of a few lines shows the progress alone', { skip }, async () => {
  const { frames } = await watch([...short, '-s', 'memfd,rwx'], { columns: 80, rows: 5 });
  assert.match(frames[1]?.join('\n') ?? '', /^\S+ {2}round 1 of 2, \d+ s left$/);
});

test('Ctrl-C clears the view, gives the cursor back and prints what was measured', { skip }, async () => {
  let typed = false;
  const { status, screen, last } = await watch(['run', '-s', 'memfd,rwx', '--forks', '100', '--time', '20'], {
    columns: 80,
    rows: 24,
    type(written) {
      if (typed || !written.includes('round 2 of')) return undefined;
      typed = true;
      return '\u0003';
    },
  });
  assert.equal(status, 130);
  assert.equal(screen.cursorIsVisible, true);
  const text = last.join('\n');
  assert.match(text, /^interrupted: the estimates are from .* of 100 planned$/m);
  assert.doesNotMatch(text, /round \d/);
});

test('NO_COLOR leaves out colours, and a locale that is not UTF-8 all that is not ASCII', {
  skip,
}, async () => {
  const env = { NO_COLOR: '1', LC_ALL: 'C' };
  const { written } = await watch([...short, '-s', 'memfd,rwx', '--plot'], { columns: 80, rows: 24, env });
  assert.ok(written.includes(hideCursor));
  assert.doesNotMatch(written, /\[[\d;]*m/);
  // biome-ignore lint/suspicious/noControlCharactersInRegex: ASCII begins with them
  assert.match(written, /^[\u0000-\u007f]*$/);
  assert.match(written, /\| median/);
});

test('a dumb terminal gets no sequence, and a short run no line of progress', { skip }, async () => {
  const { written, status } = await watch([...short, '-s', 'memfd'], {
    columns: 80,
    rows: 24,
    env: { TERM: 'dumb' },
  });
  assert.equal(status, 0);
  assert.ok(!written.includes('\u001b'));
  assert.doesNotMatch(written, /round \d/);
});

test('where lines cannot be drawn again there is one every ten seconds, with what is left', (t) => {
  let now = 0;
  t.mock.method(performance, 'now', () => now);
  const lines: string[] = [];
  const stream = { isTTY: false, write: (line: string) => lines.push(line) } as unknown as WriteStream;
  const progress = createProgress(stream);
  for (let forksDone = 0; forksDone < 40; forksDone++) {
    progress.onFork({
      case: caseOf('memfd'),
      round: forksDone + 1,
      rounds: 40,
      cases: 1,
      forksDone,
      forksPlanned: 40,
    });
    now += 600;
  }
  assert.deepEqual(lines, ['mapbench: round 18 of 40, 14 s left\n', 'mapbench: round 35 of 40, 4 s left\n']);
});
