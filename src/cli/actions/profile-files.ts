import { foldedOf, speedscopeOf } from '../../profile/formats.ts';
import { differenceOf, type Profile, treeOf } from '../../profile/tree.ts';
import { describeHost } from '../../report/facts.ts';
import { flameSections } from '../../report/flame/sections.ts';
import { flameSvg, flameTitle } from '../../report/flame/svg.ts';
import { html } from '../../report/page/kit/html.ts';
import type { FlameGraph } from '../../report/page/kit/input.ts';
import { renderShell } from '../../report/page/kit/page.ts';
import { saveText } from '../../results/file.ts';
import { RequestError } from '../../system/errors.ts';
import { hostFacts } from '../../system/host.ts';
import { version } from '../../system/version.ts';
import { checkOutput } from '../output.ts';

/** A strategy's profile and what must be said of it. */
export interface SeenStrategy {
  readonly profile: Profile;
  readonly notes: readonly string[];
}

/** Writes profiles to a file. */
type Writer = (path: string, seen: readonly SeenStrategy[], isDifference: boolean) => void;

/** What each ending of a file's name gets; the first that fits. */
const writers: readonly (readonly [ending: string, write: Writer])[] = [
  ['.html', writePage],
  ['.svg', writePictures],
  ['.speedscope.json', writeSpeedscope],
  ['.folded', writeFolded],
];

/** Refuses what could not be written. Throws a RequestError. */
export function checkProfileFile(path: string): void {
  writerOf(path);
  checkOutput(path);
}

/**
 * Writes profiles to a file, in the form that its name asks for. Throws a DocumentError where that cannot be
 * done.
 */
export function writeProfile(path: string, seen: readonly SeenStrategy[], isDifference: boolean): void {
  writerOf(path)(path, seen, isDifference);
}

function writerOf(path: string): Writer {
  const found = writers.find(([ending]) => path.endsWith(ending));
  if (found !== undefined) return found[1];
  const endings = writers.map(([ending]) => ending).join(', ');
  throw new RequestError(`${path}: a profile is written to a file that ends in one of ${endings}`);
}

function writePage(path: string, seen: readonly SeenStrategy[], isDifference: boolean): void {
  const title = `Flame graphs: ${seen.map(({ profile }) => profile.strategy).join(', ')}`;
  const about = html`<p class="facts">What perf saw in the loops of strategies; times are of an iteration under perf. ${describeHost(hostFacts())}.</p>`;
  saveText(path, renderShell({ title, about, sections: flameSections(graphsOf(seen, isDifference)) }));
}

/** One picture a strategy: of several, each in a file named after it. */
function writePictures(path: string, seen: readonly SeenStrategy[], isDifference: boolean): void {
  const graphs = graphsOf(seen, isDifference);
  for (const { tree, title } of graphs) {
    const own = graphs.length === 1 ? path : path.replace(/\.svg$/, `-${tree.name}.svg`);
    saveText(own, flameSvg(tree, title));
  }
}

function writeSpeedscope(path: string, seen: readonly SeenStrategy[]): void {
  const profiles = seen.map(({ profile }) => profile);
  saveText(path, `${JSON.stringify(speedscopeOf(profiles, `mapbench ${version()}`))}\n`);
}

function writeFolded(path: string, seen: readonly SeenStrategy[]): void {
  saveText(path, foldedOf(seen.map(({ profile }) => profile)));
}

function graphsOf(seen: readonly SeenStrategy[], isDifference: boolean): FlameGraph[] {
  const trees = seen.map(({ profile }) => treeOf(profile));
  const [from, to] = trees;
  const [, second] = seen;
  if (isDifference && from !== undefined && to !== undefined && second !== undefined) {
    const tree = differenceOf(from, to);
    const gone = tree.children.filter(({ value }) => value === 0).map(({ name }) => name);
    const goneNote =
      gone.length > 0 ? [`Only ${from.name} has ${gone.join(', ')}: the graph has no room for them.`] : [];
    const title = `${flameTitle(tree, second.profile.pages)}, against ${from.name}`;
    return [{ title, tree, notes: [...goneNote, ...seen.flatMap(({ notes }) => notes)] }];
  }
  return seen.map(({ profile, notes }) => {
    const tree = treeOf(profile);
    return { title: flameTitle(tree, profile.pages), tree, notes };
  });
}
