/**
 * What a terminal shows that is told this much: an emulator of the few sequences that the live view writes.
 */
export interface Screen {
  /** Throws for an escape sequence that it does not know. */
  write(text: string): void;
  /** All lines that are there, scrolled out ones too, without those at the end that are empty. */
  lines(): string[];
  readonly cursorIsVisible: boolean;
  /** Whether a line was ever longer than the screen is wide. */
  readonly hasWrapped: boolean;
}

// biome-ignore lint/suspicious/noControlCharactersInRegex: a terminal obeys them
const token = /\u001b\[([?\d;]*)([A-Za-z])|\r|\n|[^\u001b\r\n]/gu;

/** A screen that is empty, with the cursor at its upper left. */
export function createScreen(columns: number, rows: number): Screen {
  const lines: string[][] = [[]];
  let [row, column] = [0, 0];
  let cursorIsVisible = true;
  let hasWrapped = false;
  const top = () => Math.max(0, lines.length - rows);
  const lineAt = (index: number) => {
    while (lines.length <= index) lines.push([]);
    return lines[index] as string[];
  };
  const put = (character: string) => {
    if (column >= columns) {
      hasWrapped = true;
      row++;
      column = 0;
    }
    const line = lineAt(row);
    while (line.length < column) line.push(' ');
    line[column++] = character;
  };
  const obey = (parameters: string, command: string) => {
    const count = Number(parameters || 1);
    if (command === 'm' || parameters === '?2026') return;
    if (parameters === '?25') cursorIsVisible = command === 'h';
    // Moving stops at the screen's edges, other than a line feed it does not scroll.
    else if (command === 'A') row = Math.max(top(), row - count);
    else if (command === 'B') row = Math.min(top() + rows - 1, row + count);
    else if (command === 'G') column = count - 1;
    else if (command === 'K')
      lineAt(row).length = parameters === '2' ? 0 : Math.min(column, lineAt(row).length);
    else throw new Error(`unknown sequence: ${parameters}${command}`);
  };
  return {
    write(text) {
      for (const [found, parameters = '', command] of text.matchAll(token)) {
        if (command !== undefined) obey(parameters, command);
        else if (found === '\r') column = 0;
        else if (found === '\n') lineAt(++row);
        else put(found);
      }
    },
    lines() {
      const all = lines.map((line) => line.join('').trimEnd());
      return all.slice(0, all.findLastIndex((line) => line !== '') + 1);
    },
    get cursorIsVisible() {
      return cursorIsVisible;
    },
    get hasWrapped() {
      return hasWrapped;
    },
  };
}
