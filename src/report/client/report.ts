/** Runs in the page: sorts tables by the column whose head is pressed, and switches the theme. */

const themes = ['system', 'light', 'dark'] as const;
type Theme = (typeof themes)[number];
const key = 'mapbench-theme';

// Before anything is shown, so that it is not shown in the other theme first.
apply(remembered());
document.addEventListener('DOMContentLoaded', () => {
  wireSwitch();
  for (const table of document.querySelectorAll<HTMLTableElement>('table.sortable')) wireTable(table);
});

/** The theme that was chosen before; pages from files may have no storage. */
function remembered(): Theme {
  try {
    return themes.find((theme) => theme === localStorage.getItem(key)) ?? 'system';
  } catch {
    return 'system';
  }
}

function remember(theme: Theme): void {
  try {
    localStorage.setItem(key, theme);
  } catch {
    // It is chosen for this visit only.
  }
}

function apply(theme: Theme): void {
  if (theme === 'system') delete document.documentElement.dataset.theme;
  else document.documentElement.dataset.theme = theme;
}

function wireSwitch(): void {
  const button = document.querySelector<HTMLButtonElement>('#theme');
  if (button === null) return;
  let theme = remembered();
  const show = () => {
    button.textContent = `Theme: ${theme}`;
  };
  button.hidden = false;
  show();
  button.addEventListener('click', () => {
    theme = themes[(themes.indexOf(theme) + 1) % themes.length] ?? 'system';
    apply(theme);
    remember(theme);
    show();
  });
}

function wireTable(table: HTMLTableElement): void {
  const heads = [...table.querySelectorAll<HTMLTableCellElement>('thead th')];
  for (const [column, head] of heads.entries()) {
    head.querySelector('button')?.addEventListener('click', () => {
      const order = head.ariaSort === 'ascending' ? 'descending' : 'ascending';
      for (const other of heads) other.ariaSort = other === head ? order : 'none';
      sort(table, column, order === 'ascending' ? 1 : -1);
    });
  }
}

/** Rows whose value is not known stay last in either direction. */
function sort(table: HTMLTableElement, column: number, sign: 1 | -1): void {
  const body = table.tBodies[0];
  if (body === undefined) return;
  const rows = [...body.rows].map((row) => ({ row, value: keyOf(row.cells[column]) }));
  rows.sort(({ value: a }, { value: b }) => {
    if (a === undefined || b === undefined) return Number(a === undefined) - Number(b === undefined);
    const order =
      typeof a === 'number' && typeof b === 'number'
        ? a - b
        : String(a).localeCompare(String(b), 'en', { numeric: true });
    return sign * order;
  });
  body.append(...rows.map(({ row }) => row));
}

function keyOf(cell: HTMLTableCellElement | undefined): number | string | undefined {
  const given = cell?.dataset.value;
  if (given === undefined) return cell?.textContent?.trim() ?? '';
  return given === '' ? undefined : Number(given);
}

export {};
