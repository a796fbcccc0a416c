import assert from 'node:assert/strict';
import { test } from 'node:test';
import { wrapComments } from '../../scripts/prose/comments.ts';
import { wrapMarkdown } from '../../scripts/prose/markdown.ts';
import { width } from '../../scripts/prose/wrap.ts';

const long = Array.from({ length: 40 }, () => 'word').join(' ');

test('paragraphs and items are wrapped; code, tables and headings are not', () => {
  const kept = ['# A heading', `| ${long} |`, '```sh', long, '```', ''].join('\n');
  const text = `${kept}${long}\n\n- ${long}\n- short\n`;
  const wrapped = wrapMarkdown(text);
  assert.ok(wrapped.startsWith(kept));
  const prose = wrapped.slice(kept.length).split('\n');
  assert.ok(prose.every((line) => line.length <= width));
  assert.ok(prose.some((line) => line.startsWith('  word')));
  assert.equal(wrapMarkdown(wrapped), wrapped);
});

test('no line begins as an item that was none, and a link stays in one line', () => {
  const text = `${'x'.repeat(width - 2)} - y [a link](${'z'.repeat(20)})`;
  assert.match(wrapMarkdown(text), / -\ny \[a link\]/);
});

test('wide comments are wrapped, code is not', () => {
  const code = `const text = '${long}';`;
  const wrapped = wrapComments(`/** ${long} */\n${code}\n  // ${long}\n`);
  assert.ok(wrapped.includes(code));
  const comments = wrapped.split('\n').filter((line) => line !== code);
  assert.ok(comments.every((line) => line.length <= width));
  assert.equal(wrapComments(wrapped), wrapped);
});
