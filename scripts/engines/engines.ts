import { join } from 'node:path';

/** A program that generates code, and how it is run. */
export interface Engine {
  readonly name: string;
  /** As the owners' table calls it; absent where nothing of it is there. */
  readonly project?: string;
  readonly words: readonly [string, ...string[]];
  /** The Debian package. */
  readonly debian: string;
  /** What prints the version, in its first line. */
  readonly version: readonly [string, ...string[]];
  /** It is told to generate nothing. */
  readonly isQuiet?: true;
  /** Why it does other than the table says, as a sentence. */
  readonly why?: string;
}

const program = (name: string) => join(import.meta.dirname, 'programs', name);
const opcache = [
  '-d',
  'opcache.enable_cli=1',
  '-d',
  'opcache.jit_buffer_size=16M',
  '-d',
  'opcache.jit=tracing',
];
/** The firmware of a machine without a disk: what it runs before it gives up is enough. */
const machine = ['-display', 'none', '-nodefaults', '-no-user-config', '-m', '64'] as const;
const qemuSystem = (accelerator: string): readonly [string, ...string[]] =>
  [...['timeout', '-s', 'INT', '4', 'qemu-system-x86_64', '-accel', accelerator], ...machine] as never;
const erlang =
  '[begin {ok, T, _} = erl_scan:string("-module(m" ++ integer_to_list(N) ++ ")."), {ok, F} = erl_parse:parse_form(T), {ok, M, B} = compile:forms([F]), code:load_binary(M, "m", B) end || N <- lists:seq(1, 200)], halt().';

/** The engines of docs/engines.md, in its order. */
export const engines: readonly Engine[] = [
  {
    ...{ name: 'Node.js (V8)', project: 'V8', words: ['node', program('load.js')], debian: 'nodejs' },
    version: ['node', '--version'],
  },
  {
    ...{ name: 'Node.js, --jitless', words: ['node', '--jitless', program('load.js')], debian: 'nodejs' },
    ...{ version: ['node', '--version'], isQuiet: true },
  },
  {
    ...{ name: 'LuaJIT', project: 'LuaJIT', words: ['luajit', program('load.lua')], debian: 'luajit' },
    version: ['luajit', '-v'],
  },
  {
    ...{
      name: 'PHP, opcache JIT',
      project: 'PHP opcache JIT',
      words: ['php', ...opcache, program('load.php')],
    },
    ...{ debian: 'php-cli', version: ['php', '--version'] },
  },
  {
    ...{
      name: 'PCRE2 JIT, in PHP',
      project: 'sljit',
      words: ['php', '-d', 'opcache.jit=off', program('match.php')],
    },
    ...{ debian: 'php-cli', version: ['php', '-r', 'echo PCRE_VERSION;'] },
  },
  {
    ...{
      name: 'PCRE2 JIT, in grep -P',
      project: 'sljit',
      words: ['grep', '-c', '-P', '(s|u)+m[^x]', program('load.js')],
    },
    ...{ debian: 'grep', version: ['grep', '--version'] },
  },
  {
    ...{
      name: 'QEMU, user mode',
      project: 'QEMU TCG',
      words: ['qemu-x86_64', '/bin/true'],
      debian: 'qemu-user',
    },
    version: ['qemu-x86_64', '--version'],
  },
  {
    ...{ name: 'QEMU, a machine', project: 'QEMU TCG', words: qemuSystem('tcg'), debian: 'qemu-system-x86' },
    version: ['qemu-system-x86_64', '--version'],
  },
  {
    ...{ name: 'QEMU, split-wx=on', project: 'QEMU TCG', words: qemuSystem('tcg,split-wx=on') },
    ...{ debian: 'qemu-system-x86', version: ['qemu-system-x86_64', '--version'] },
  },
  {
    ...{
      name: 'Ruby, --yjit',
      project: 'Ruby YJIT',
      words: ['ruby', '--yjit', program('load.rb')],
      debian: 'ruby',
    },
    version: ['ruby', '--version'],
  },
  {
    ...{ name: 'Erlang/OTP', project: 'Erlang/OTP BeamAsm', words: ['erl', '-noshell', '-eval', erlang] },
    ...{
      debian: 'erlang-base',
      version: ['erl', '-noshell', '-eval', 'io:format("~s~n", [erlang:system_info(otp_release)]), halt().'],
    },
  },
  {
    ...{ name: 'OpenJDK', project: 'HotSpot (OpenJDK)', words: ['java', program('Load.java')] },
    ...{ debian: 'default-jdk-headless', version: ['java', '--version'] },
  },
];
