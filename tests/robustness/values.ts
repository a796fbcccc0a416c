import fc from 'fast-check';

/** What no option expects, and what only some do. NUL cannot be passed to a program. */
const odd = [
  ...[
    '',
    ' ',
    '-',
    '--',
    '---',
    '-1',
    '0',
    '-0',
    '1e309',
    '1e-309',
    '0x10',
    '1_000',
    '١٢',
    '１２',
    '4,',
    ',',
    ',,',
  ],
  ...[
    '1..',
    '..4',
    '1..65536',
    '65537',
    '9007199254740993',
    '1.5',
    '+1',
    '1,2,3',
    '100%',
    '1e5%',
    '1s',
    '0ms',
  ],
  ...[
    '__proto__',
    'constructor',
    'toString',
    'hasOwnProperty',
    '../',
    '../../x',
    './',
    '~',
    '$HOME',
    '%s%n',
    '*',
    '@',
  ],
  ...[
    '@all',
    '@user',
    '@engines',
    'memfd*',
    '?????',
    '[',
    '(',
    '\\',
    '"',
    "'",
    '`id`',
    ';',
    '|',
    '&',
    '<',
    '>',
    '=',
  ],
  ...[
    '\n',
    '\t',
    '\r\n',
    '\u001b[31m',
    '\u001b]0;title\u0007',
    '\u0007',
    '\u202e',
    '\ufeff',
    '\ud800',
    '😀',
    '日本',
  ],
  ...[
    'a\nb',
    'memfd\nrwx',
    'x'.repeat(5000),
    'é'.repeat(300),
    '-s',
    '--help=1',
    '--=',
    '2026-02-31',
    'none',
    'true',
  ],
  ...['/', '/dev/null', '/proc/self/mem', '/no/such/file', '/etc/hostname', '/root/x', '/proc/1/environ'],
];

/** Files and folders that fuzz.ts puts into the folder it works in. */
const files = [
  ...[
    'good.json',
    'other.json',
    'empty.json',
    'cut.json',
    'folder',
    'unreadable.json',
    'gates.txt',
    'mine.ts',
  ],
  ...['binary', 'loop', 'dangling', 'history', 'good.json/x', 'new.json', 'new/new.json'],
];

/** Words that mean something to some option. */
const sound = [
  ...[
    'memfd',
    'naive',
    'reuse',
    'rwx',
    'ret',
    'module',
    'patch',
    'tenancy',
    'cold',
    'native',
    'ffi',
    'kernel',
  ],
  ...[
    '1',
    '4',
    '33',
    '1,2',
    '5%',
    '1s',
    '500ms',
    'table',
    'json',
    'csv',
    'all',
    '10%',
    'load',
    'regression',
    'rwx',
  ],
  ...[
    'memfd < 0.2 * reuse',
    'rwx < 500 ns',
    'change(memfd) < 5%',
    'csv=out.csv',
    'junit=out.xml',
    '-s memfd',
  ],
  ...[
    'mdwe',
    'nobody',
    'memlock=64K',
    'bash',
    'text',
    'c',
    '2026-11-20',
    'run',
    'statistics',
    'guarded',
    'merged',
  ],
];

/**
 * Any text that can be an argument. It begins no path outside of the folder: fuzzing is done as root, too.
 */
const anyText = fc
  .string({ unit: 'binary', maxLength: 12 })
  .map((text) => text.replaceAll('\0', '0').replaceAll('/', ':'));

/** A value for an option or an argument. `choices` are those that it names itself. */
export function valueFor(choices: readonly string[] = []): fc.Arbitrary<string> {
  const named = choices.length === 0 ? [] : [{ weight: 4, arbitrary: fc.constantFrom(...choices) }];
  return fc.oneof(
    ...named,
    { weight: 3, arbitrary: fc.constantFrom(...odd) },
    { weight: 2, arbitrary: fc.constantFrom(...files) },
    { weight: 3, arbitrary: fc.constantFrom(...sound) },
    { weight: 2, arbitrary: anyText },
  );
}
