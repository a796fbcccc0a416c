import assert from 'node:assert/strict';
import { test } from 'node:test';
import { cutLine, plainText, textWidth, wrapText } from '../../src/format/text.ts';

test('plain text is one line without anything that a terminal would obey', () => {
  assert.equal(plainText('\u001b[31mred\u001b[39m\n  text\u0007\u009b2J '), 'red text');
});

test('text breaks between words, later lines indented', () => {
  assert.equal(wrapText('one two three four', 9), 'one two\nthree\nfour');
  assert.equal(wrapText('one two three four', 9, '  '), 'one two\n  three\n  four');
  assert.equal(wrapText('one two', 7), 'one two');
  assert.equal(wrapText('', 7), '');
});

test('a word that is longer than a line is cut', () => {
  assert.equal(wrapText('a 0123456789', 6, ' '), 'a 0123\n 45678\n 9');
});

test('wide characters take two columns, and marks none', () => {
  assert.equal(textWidth('漢字'), 4);
  assert.equal(textWidth('e\u0301'), 1);
  assert.equal(textWidth('\u001b[31mred\u001b[39m'), 3);
  assert.equal(cutLine('漢字', 3), '漢');
  assert.equal(wrapText('漢字 漢字', 5), '漢字\n漢字');
});
