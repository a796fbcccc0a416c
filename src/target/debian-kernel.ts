import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, rmSync } from 'node:fs';
import { homedir } from 'node:os';
import { basename, join } from 'node:path';
import { MapbenchError, RequestError } from '../system/errors.ts';
import { downloadPackages, packageNames } from './debian.ts';

/** A kernel of Debian's. */
interface DebianKernel {
  /** As in `debian/6.12`. */
  readonly series: string;
  readonly suite: string;
  /** Names of its packages. */
  readonly packages: RegExp;
}

/** The oldest first. The small builds for virtual machines have what booting takes built in. */
const kernels: readonly DebianKernel[] = [
  { series: '5.10', suite: 'bullseye', packages: /^linux-image-5\.10\.\d+-\d+-cloud-amd64$/ },
  { series: '6.1', suite: 'bookworm', packages: /^linux-image-6\.1\.\d+-\d+-cloud-amd64$/ },
  { series: '6.12', suite: 'trixie', packages: /^linux-image-6\.12\.\d+\+deb13-cloud-amd64$/ },
  { series: 'sid', suite: 'sid', packages: /^linux-binary-\d+\.\d+\.\d+\+deb14-cloud-amd64$/ },
];

/** As `debian/6.12`. */
const prefix = 'debian/';

/**
 * The path of a kernel's image; Debian's are downloaded once and kept. Throws an error of kind `unavailable`.
 */
export function imageNamed(text: string): string {
  if (!text.startsWith(prefix)) return text;
  const series = text.slice(prefix.length);
  const kernel = kernels.find((each) => each.series === series);
  if (kernel === undefined) {
    const known = kernels.map((each) => `${prefix}${each.series}`);
    throw new RequestError(`${text} is no kernel of Debian's that is known; it is ${known.join(', ')}`);
  }
  const folder = join(process.env.XDG_CACHE_HOME ?? join(homedir(), '.cache'), 'mapbench/kernels', series);
  return imageIn(folder) ?? download(kernel, folder);
}

function download({ suite, packages, series }: DebianKernel, folder: string): string {
  const draft = `${folder}.draft`;
  rmSync(draft, { recursive: true, force: true });
  mkdirSync(draft, { recursive: true });
  try {
    const [name] = packageNames(draft, suite, packages).toSorted((a, b) =>
      b.localeCompare(a, 'en', { numeric: true }),
    );
    if (name === undefined) throw new Error(`the suite ${suite} has none any more`);
    for (const deb of downloadPackages(draft, suite, [name])) execFileSync('dpkg', ['-x', deb, folder]);
  } catch (error) {
    rmSync(folder, { recursive: true, force: true });
    const [sentence] = (error as Error).message.split('\n');
    throw new MapbenchError('unavailable', `${prefix}${series} cannot be downloaded: ${sentence}`);
  } finally {
    rmSync(draft, { recursive: true, force: true });
  }
  const image = imageIn(folder);
  if (image === undefined)
    throw new MapbenchError('unavailable', `${prefix}${series}: the package in ${folder} holds no kernel`);
  return image;
}

/** In /boot, or with the modules. */
function imageIn(folder: string): string | undefined {
  if (!existsSync(folder)) return undefined;
  const files = readdirSync(folder, { recursive: true, encoding: 'utf8' });
  const image = files.find((file) => basename(file).startsWith('vmlinuz'));
  return image === undefined ? undefined : join(folder, image);
}
