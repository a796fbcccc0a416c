import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import type { CodeBuffer } from '../../src/assembler/code-buffer.ts';
import { lacking } from '../support/tools.ts';

/** A GNU assembler for one architecture. */
export interface Toolchain {
  readonly prefix: 'x86_64-linux-gnu-' | 'aarch64-linux-gnu-';
  /** Directives at the top of every source file. */
  readonly header: string;
  /** Why nothing can be held against it, or false. */
  readonly isLacking: string | false;
}

export const x64: Toolchain = {
  prefix: 'x86_64-linux-gnu-',
  header: '.intel_syntax noprefix',
  isLacking: lacking('x86_64-linux-gnu-as'),
};

export const arm64: Toolchain = {
  prefix: 'aarch64-linux-gnu-',
  header: '.arch armv8.5-a',
  isLacking: lacking('aarch64-linux-gnu-as'),
};

/** Assembly text, and the calls that should give the same bytes. */
export type Row<Assembler> = readonly [text: string, write: (assembler: Assembler) => void];

// Each row's code is padded to a slot whose last byte is the length of the code.
const SLOT = 64;

/**
 * Assembles every row in one file, then makes a test of every group that compares row by row.
 */
export function testAgainst<Assembler extends CodeBuffer>(
  toolchain: Toolchain,
  create: () => Assembler,
  groups: Record<string, readonly Row<Assembler>[]>,
): void {
  const texts = Object.values(groups).flatMap((rows) => rows.map(([text]) => text));
  let assembled: Uint8Array[] | undefined;
  let start = 0;
  for (const [name, rows] of Object.entries(groups)) {
    const first = start;
    start += rows.length;
    test(`${name} (${rows.length} encodings)`, { skip: toolchain.isLacking }, () => {
      assembled ??= assembleEach(toolchain, texts);
      compare(toolchain, create, rows, assembled.slice(first, first + rows.length));
    });
  }
}

/** The bytes that the GNU assembler makes of a source text. */
export function assemble(toolchain: Toolchain, source: string): Uint8Array {
  const folder = mkdtempSync(join(tmpdir(), 'mapbench-assembler-'));
  const path = (suffix: string) => join(folder, `code.${suffix}`);
  try {
    writeFileSync(path('s'), `${toolchain.header}\n.text\n${source}\n`);
    runTool(toolchain, 'as', ['-o', path('o'), path('s')]);
    runTool(toolchain, 'objcopy', ['-O', 'binary', '-j', '.text', path('o'), path('bin')]);
    return readFileSync(path('bin'));
  } finally {
    rmSync(folder, { recursive: true });
  }
}

function assembleEach(toolchain: Toolchain, texts: readonly string[]): Uint8Array[] {
  const slots = texts.map((text) => `1: ${text}\n2: .fill ${SLOT - 1}-(2b-1b), 1, 0\n.byte 2b-1b`);
  const bytes = assemble(toolchain, slots.join('\n'));
  assert.equal(bytes.length, texts.length * SLOT);
  return texts.map((_, row) => {
    const slot = bytes.subarray(row * SLOT, (row + 1) * SLOT);
    return slot.subarray(0, slot.at(-1));
  });
}

export function compare<Assembler extends CodeBuffer>(
  toolchain: Toolchain,
  create: () => Assembler,
  rows: readonly Row<Assembler>[],
  expected: readonly Uint8Array[],
): void {
  const differences = rows.flatMap(([text, write], row) => {
    const assembler = create();
    write(assembler);
    const ours = hex(assembler.finish());
    const theirs = hex(expected[row] ?? []);
    return ours === theirs ? [] : [`${text}: we emit ${ours}, ${toolchain.prefix}as emits ${theirs}`];
  });
  assert.ok(differences.length === 0, differences.slice(0, 20).join('\n'));
}

function runTool({ prefix }: Toolchain, tool: string, parameters: string[]): void {
  const { error, status, stderr } = spawnSync(prefix + tool, parameters, { encoding: 'utf8' });
  assert.equal(error, undefined);
  assert.equal(status, 0, stderr);
}

export const hex = (bytes: Iterable<number>): string => Buffer.from([...bytes]).toString('hex');
