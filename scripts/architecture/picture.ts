import { type Module, modules } from './modules.ts';

const column = 168;
const box = { width: 148, height: 52 };
const floorHeight = 98;
const top = 78;
const left = 96;
const legend = { x: 884, width: 380 };
const size = { width: 1280, height: 1010 };
const linux = { y: top + 9 * floorHeight - 18, height: 44 };

const x = (at: number) => left + at * column;
const y = (layer: number) => top + layer * floorHeight;

/** Columns through which an arrow goes down that would cross a module otherwise. */
const lanes: Readonly<Record<string, number>> = {
  'runner profile': 2.47,
  'verification strategies': 1.52,
  'doctor results': 1.3,
  'doctor strategies': 0.66,
  'policies target': 1.47,
  'tuning vendor': 0.5,
  'report program': 2.5,
};

/** A station of the way that a number takes, with the file that it is read in. */
export interface Station {
  readonly title: string;
  readonly text: readonly string[];
  readonly file?: string;
  /** Where its number stands. */
  readonly at: readonly [x: number, y: number];
}

const corner = (layer: number, at: number): readonly [number, number] => [x(at) - box.width / 2, y(layer)];

export const stations: readonly Station[] = [
  {
    title: 'strategies: a recorded program',
    text: ['mmap, write_module, mprotect, execute_module, …:', 'steps of setup and of one iteration'],
    file: 'strategies/catalogue.ts',
    at: corner(4, 1),
  },
  {
    title: 'program/native: machine code',
    text: ['the iteration becomes a loop that runs it K times'],
    file: 'program/native/compile.ts',
    at: corner(5, 1),
  },
  {
    title: 'target: the stub',
    text: [
      'the process that is measured: a few hundred bytes',
      'of code, told what to do through shared memory',
    ],
    file: 'target/stub-process.ts',
    at: corner(6, 2),
  },
  {
    title: 'the generated loop',
    text: ['reads the clock, iterates K times, reads it again;', 'one call in the stub a batch'],
    file: 'program/native/engine.ts',
    at: corner(7, 2),
  },
  {
    title: 'mmap',
    text: ['raw system calls, every result checked;', 'an error ends the batch with step and errno'],
    at: [x(2) - box.width / 2, linux.y],
  },
  {
    title: 'runner: a sample',
    text: ['one batch: nanoseconds between the two readings / K,', 'one call of a tinybench task'],
    file: 'runner/sampler.ts',
    at: [x(1) - box.width / 2, y(1)],
  },
  {
    title: 'runner: a fork',
    text: ['the samples of one fresh, pinned process;', 'rounds of forks are interleaved, in shuffled order'],
    file: 'runner/session.ts',
    at: [x(1) + box.width / 2 - 26, y(1)],
  },
  {
    title: 'results: the document',
    text: ['every sample of every fork, with the host'],
    file: 'results/document.ts',
    at: corner(4, 3),
  },
  {
    title: 'statistics: an estimate',
    text: ['median of the forks’ medians; the interval from a', 'bootstrap over forks, then samples'],
    file: 'statistics/estimate.ts',
    at: corner(6, 3),
  },
  {
    title: 'report: the table',
    text: ['[low point high], and what is to be said of it'],
    file: 'report/terminal/table.ts',
    at: corner(2, 3),
  },
];

/** Through the modules, in the order of the stations. */
const way = [
  `M${x(1) - 40} ${y(4) + box.height} V${y(5) - 8}`,
  `M${x(1) + box.width / 2} ${y(5) + 26} H${x(2) - 30} V${y(6) - 8}`,
  `M${x(2) - 30} ${y(6) + box.height} V${y(7) - 8}`,
  `M${x(2) - 30} ${y(7) + box.height} V${linux.y - 8}`,
  `M${x(2) + 30} ${linux.y} V${y(7) + box.height + 8}`,
  `M${x(2) + 30} ${y(7)} V${y(6) + box.height + 8}`,
  `M${x(2) + 30} ${y(6)} V${y(4) + 26} H${x(1.5)} V${y(1) + 38} H${x(1) + box.width / 2 + 6}`,
  `M${x(1) + box.width / 2} ${y(1) + 16} H${x(2.52)} V${y(4) + 26} H${x(3) - box.width / 2 - 8}`,
  `M${x(3) - 40} ${y(4) + box.height} V${y(6) - 8}`,
  `M${x(3) + box.width / 2} ${y(6) + 26} H${x(3.5) + 6} V${y(2) + 26} H${x(3) + box.width / 2 + 8}`,
];

const escapeMarkup = (text: string) =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');

const style = `
svg { font: 12px system-ui, 'Liberation Sans', Arial, sans-serif; }
.back { fill: #ffffff; } .module { fill: #f3f5f8; stroke: #7a8699; } .on { stroke: #b3441a; stroke-width: 2; }
.name { font-weight: 600; font-size: 15px; fill: #16202e; } .brief, .text { fill: #3d4a5c; } .title { font-weight: 600; fill: #16202e; font-size: 13px; }
.file { fill: #5a6678; font: 11px ui-monospace, 'Liberation Mono', monospace; } .arrow { fill: none; stroke: #8a96a8; stroke-width: 1.3; }
.head { fill: #8a96a8; } .way { fill: none; stroke: #d9622b; stroke-width: 5; stroke-opacity: .75; stroke-linejoin: round; } .wayhead { fill: #d9622b; }
.loop { fill: #fdf0e8; stroke: #b3441a; stroke-dasharray: 5 3; } .linux { fill: #e6ebf1; stroke: #7a8699; } .badge { fill: #b3441a; } .number { fill: #ffffff; font-weight: 700; }
@media (prefers-color-scheme: dark) {
.back { fill: #12171f; } .module { fill: #1e2632; stroke: #7d8a9e; } .on { stroke: #f08a55; } .name, .title { fill: #eef2f7; } .brief, .text { fill: #bcc7d6; }
.file { fill: #9aa7b8; } .arrow { stroke: #7d8a9e; } .head { fill: #7d8a9e; } .way { stroke: #f08a55; } .wayhead { fill: #f08a55; } .loop { fill: #3a2519; stroke: #f08a55; }
.linux { fill: #26303e; stroke: #7d8a9e; } .badge { fill: #f08a55; } .number { fill: #12171f; }
}`;

function arrow(from: Module, to: Module): string {
  const [x1, y1, x2, y2] = [x(from.column), y(from.layer) + box.height, x(to.column), y(to.layer) - 7];
  const lane = lanes[`${from.name} ${to.name}`];
  const gap = floorHeight - box.height;
  if (lane === undefined) {
    const bend = Math.min(40, (y2 - y1) / 2);
    return `<path class="arrow" marker-end="url(#head)" d="M${x1} ${y1} C${x1} ${y1 + bend} ${x2} ${y2 - bend} ${x2} ${y2}"/>`;
  }
  const over = x(lane);
  const [start, end] = [y1 + gap - 8, y2 - gap + 15];
  return `<path class="arrow" marker-end="url(#head)" d="M${x1} ${y1} C${x1} ${y1 + 24} ${over} ${start - 24} ${over} ${start} V${end} C${over} ${end + 22} ${x2} ${y2 - 22} ${x2} ${y2}"/>`;
}

function roomBox({ name, brief, layer, column: at }: Module, isOnWay: boolean): string {
  return `<g><rect class="module${isOnWay ? ' on' : ''}" x="${x(at) - box.width / 2}" y="${y(layer)}" width="${box.width}" height="${box.height}" rx="6"/>
<text class="name" x="${x(at)}" y="${y(layer) + 22}" text-anchor="middle">${escapeMarkup(name)}</text>
<text class="brief" x="${x(at)}" y="${y(layer) + 40}" text-anchor="middle" font-size="10.5">${escapeMarkup(brief)}</text></g>`;
}

const badge = (number: number, [cx, cy]: readonly [number, number]) =>
  `<circle class="badge" cx="${cx}" cy="${cy}" r="10"/><text class="number" x="${cx}" y="${cy + 4}" text-anchor="middle">${number}</text>`;

function legendOf(): string {
  const lines: string[] = [];
  let at = top + 6;
  const line = (kind: string, text: string) =>
    lines.push(`<text class="${kind}" x="${legend.x + 20}" y="${at}">${escapeMarkup(text)}</text>`);
  for (const [index, { title, text, file }] of stations.entries()) {
    lines.push(badge(index + 1, [legend.x, at - 4]));
    line('title', title);
    for (const each of [...text, ...(file === undefined ? [] : [`src/${file}`])]) {
      at += 18;
      line(text.includes(each) ? 'text' : 'file', each);
    }
    at += 36;
  }
  return lines.join('\n');
}

/** The picture, of the modules that are there and the arrows between them. */
export function pictureOf(
  present: readonly string[],
  arrows: readonly (readonly [string, string])[],
): string {
  const shown = modules.filter(({ name }) => present.includes(name));
  const named = new Map(shown.map((module) => [module.name, module]));
  const onWay = new Set(stations.flatMap(({ file }) => file?.split('/')[0] ?? []));
  const lines = arrows.flatMap(([from, to]) => {
    const [a, b] = [named.get(from), named.get(to)];
    return a === undefined || b === undefined ? [] : [arrow(a, b)];
  });
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${size.width} ${size.height}" width="${size.width}" height="${size.height}" role="img" aria-labelledby="title">
<title id="title">The modules of mapbench, and the way a number takes from mmap to the table</title>
<style>${style}
</style>
<defs><marker id="head" viewBox="0 0 8 8" refX="1" refY="4" markerWidth="8" markerHeight="8" markerUnits="userSpaceOnUse" orient="auto"><path class="head" d="M0 0 L8 4 L0 8 z"/></marker>
<marker id="wayhead" viewBox="0 0 8 8" refX="4" refY="4" markerWidth="15" markerHeight="15" markerUnits="userSpaceOnUse" orient="auto"><path class="wayhead" d="M0 0 L8 4 L0 8 z"/></marker></defs>
<rect class="back" width="${size.width}" height="${size.height}"/>
<text class="name" x="${left - box.width / 2}" y="36">The modules of src/, from the top layer down. An arrow: imports.</text>
<text class="brief" x="${left - box.width / 2}" y="55">An arrow is left out where a longer way leads to the same module.</text>
<text class="name" x="${legend.x - 10}" y="36">The way of a number</text>
<g>
${lines.join('\n')}
</g>
<g>
${way.map((d) => `<path class="way" marker-end="url(#wayhead)" d="${d}"/>`).join('\n')}
</g>
<rect class="linux" x="${left - box.width / 2}" y="${linux.y}" width="${box.width + 4 * column}" height="${linux.height}" rx="6"/>
<text class="name" x="${left - box.width / 2 + 14}" y="${linux.y + 28}">Linux</text>
<text class="brief" x="${left + 10}" y="${linux.y + 28}">mmap, mprotect, page faults</text>
<rect class="loop" x="${x(2) - box.width / 2}" y="${y(7)}" width="${box.width}" height="${box.height}" rx="6"/>
${shown.map((module) => roomBox(module, onWay.has(module.name))).join('\n')}
<text class="name" x="${x(2)}" y="${y(7) + 22}" text-anchor="middle">generated loop</text>
<text class="brief" x="${x(2)}" y="${y(7) + 40}" text-anchor="middle" font-size="10.5">clock, K iterations, clock</text>
${stations.map(({ at }, index) => badge(index + 1, at)).join('\n')}
${legendOf()}
</svg>
`;
}
