/**
 * Wraps comments and Markdown at the width of code: `npm run format`. With --check it changes nothing, names
 * what is wider and exits with 1: `npm run lint`.
 */
import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { wrapComments } from './prose/comments.ts';
import { wrapMarkdown } from './prose/markdown.ts';

const isCheck = process.argv.includes('--check');
const files = execFileSync(
  'git',
  ['ls-files', '-z', '--cached', '--others', '--exclude-standard', '*.md', '*.ts'],
  {
    encoding: 'utf8',
  },
)
  .split('\0')
  // The C that these hold has comments of its own.
  .filter((name) => name !== '' && !name.startsWith('src/program/c/'));
for (const file of files) {
  const before = readFileSync(file, 'utf8');
  const after = file.endsWith('.md') ? wrapMarkdown(before) : wrapComments(before);
  if (after === before) continue;
  if (isCheck) {
    console.error(`${file}: lines are not wrapped; npm run format`);
    process.exitCode = 1;
  } else writeFileSync(file, after);
}
