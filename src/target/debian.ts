import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const keyring = '/usr/share/keyrings/debian-archive-keyring.gpg';

/** Suites that have a security archive beside them. */
const withSecurity = ['bullseye', 'bookworm', 'trixie'];

/**
 * Downloads packages of a Debian suite into `folder`, as apt does, with their signatures checked, and returns
 * their paths. The system's own packages and sources are left alone. Throws where apt cannot, with its words.
 */
export function downloadPackages(folder: string, suite: string, names: readonly string[]): string[] {
  const packages = join(folder, 'packages');
  mkdirSync(packages, { recursive: true });
  const options = aptOptions(folder, suite);
  execFileSync('apt-get', [...options, '-qq', 'update'], { stdio: ['ignore', 'ignore', 'pipe'] });
  execFileSync('apt-get', [...options, '-qq', 'download', ...names], {
    cwd: packages,
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  return readdirSync(packages)
    .filter((name) => name.endsWith('.deb'))
    .map((name) => join(packages, name));
}

/**
 * Where this machine's own apt gets Debian's packages from, and fixes of them. Throws where it has not been
 * told.
 */
function mirrors(): { readonly main: string; readonly security: string | undefined } {
  const format = '$(ORIGIN)|$(LABEL)|$(REPO_URI)';
  const said = execFileSync('apt-get', ['indextargets', '--format', format], { encoding: 'utf8' });
  const uriOf = (label: string) =>
    said
      .split('\n')
      .map((line) => line.split('|'))
      .find(([origin, each]) => origin === 'Debian' && each === label)?.[2];
  const main = uriOf('Debian');
  if (main === undefined)
    throw new Error("this machine's apt knows no archive of Debian; apt-get update reads what it offers");
  return { main, security: uriOf('Debian-Security') };
}

/** Options that give apt a state of its own. */
function aptOptions(folder: string, suite: string): string[] {
  for (const name of ['lists/partial', 'cache/archives/partial'])
    mkdirSync(join(folder, name), { recursive: true });
  const [status, sources] = [join(folder, 'status'), join(folder, 'sources.list')];
  if (!existsSync(status)) writeFileSync(status, '');
  const { main, security } = mirrors();
  const source = (mirror: string, of: string) => `deb [signed-by=${keyring}] ${mirror} ${of} main\n`;
  const fixes =
    security !== undefined && withSecurity.includes(suite) ? source(security, `${suite}-security`) : '';
  writeFileSync(sources, source(main, suite) + fixes);
  const settings = {
    'Dir::State': folder,
    'Dir::State::lists': join(folder, 'lists'),
    'Dir::State::status': status,
    'Dir::Cache': join(folder, 'cache'),
    'Dir::Etc::sourcelist': sources,
    'Dir::Etc::sourceparts': '-',
    'APT::Sandbox::User': 'root',
  };
  return Object.entries(settings).flatMap(([key, value]) => ['-o', `${key}=${value}`]);
}

/**
 * Names of packages of a suite that a pattern fits, from those that `downloadPackages` could get. Throws as
 * it does.
 */
export function packageNames(folder: string, suite: string, pattern: RegExp): string[] {
  const options = aptOptions(folder, suite);
  execFileSync('apt-get', [...options, '-qq', 'update'], { stdio: ['ignore', 'ignore', 'pipe'] });
  const names = execFileSync('apt-cache', [...options, 'pkgnames', 'linux-'], { encoding: 'utf8' });
  return names.split('\n').filter((name) => pattern.test(name));
}
