import { RequestError } from '../system/errors.ts';
import { nearest } from '../system/spelling.ts';

const units = ['', 'K', 'M', 'G'];

/** Bytes of a size as `64K`, `8M` or `4096`; undefined of anything else. */
export function sizeOf(text: string): number | undefined {
  const [, digits, unit = ''] = /^(\d{1,12})([KMG]?)$/i.exec(text) ?? [];
  return digits === undefined ? undefined : Number(digits) * 1024 ** units.indexOf(unit.toUpperCase());
}

/** A kind of restriction that hosts put processes under. */
export interface PolicyKind {
  readonly name: string;
  readonly summary: string;
  /** What the value may be: words, or a size. Absent without a value. */
  readonly values?: readonly string[] | 'size';
  /** What to do where the kernel refuses. */
  readonly remedy: string;
}

/** Filters of system calls that can be asked for. */
const seccompProfileNames = ['docker', 'systemd-mdwe'] as const;
export type SeccompProfileName = (typeof seccompProfileNames)[number];

/**
 * In the order in which a child is put under them: a later one takes the privileges that an earlier one
 * needs.
 */
export const policyKinds = [
  {
    name: 'memfd-noexec',
    summary: 'memfds are not executable files (the sysctl vm.memfd_noexec)',
    values: ['0', '1', '2'],
    remedy: 'it needs root, util-linux (unshare, setpriv, mount) and Linux 6.3',
  },
  {
    name: 'noexec-shm',
    summary: '/dev/shm is mounted noexec',
    remedy: 'it needs root, for a mount namespace',
  },
  {
    name: 'memlock',
    summary: 'so much memory can be locked (RLIMIT_MEMLOCK)',
    values: 'size',
    remedy: 'only root can raise the limit; ask for a lower one',
  },
  {
    name: 'unprivileged',
    summary: 'the user nobody, without capabilities',
    remedy: 'it needs root, to become another user',
  },
  {
    name: 'mdwe',
    summary: 'no mapping is writable and executable, or becomes executable (PR_SET_MDWE)',
    remedy: 'it needs Linux 6.3',
  },
  {
    name: 'seccomp',
    summary: "the filter of Docker's default profile, or that of systemd's MemoryDenyWriteExecute=",
    values: seccompProfileNames,
    remedy: 'it needs a kernel with seccomp filters (CONFIG_SECCOMP_FILTER)',
  },
] as const satisfies readonly PolicyKind[];

export type PolicyName = (typeof policyKinds)[number]['name'];

/** A restriction that a child is put under. */
export interface Policy {
  readonly name: PolicyName;
  readonly value: string;
  /** As the user writes it: `memlock=64K`. */
  readonly text: string;
}

/**
 * Reads policies from text, as `mdwe,memlock=64K`. Throws a RequestError that names the nearest valid word.
 */
export function parsePolicies(text: string): Policy[] {
  const policies = text.split(',').map((word) => parsePolicy(word.trim()));
  const names = policies.map(({ name }) => name);
  const twice = names.find((name, index) => names.indexOf(name) !== index);
  if (twice !== undefined) throw new RequestError(`${twice} is given twice`);
  return policyKinds.flatMap(({ name }) => policies.filter((policy) => policy.name === name));
}

function parsePolicy(word: string): Policy {
  const [name = '', value] = word.split(/=(.*)/);
  const kind = policyKinds.find((each) => each.name === name);
  if (kind === undefined) {
    const names = policyKinds.map((each) => each.name);
    throw new RequestError(
      `There is no policy ${name === '' ? 'without a name' : name}; the nearest is ${nearest(name, names)}`,
    );
  }
  return {
    name: kind.name,
    value: checkValue(kind, value),
    text: value === undefined ? name : `${name}=${value}`,
  };
}

function checkValue({ name, values }: PolicyKind, value: string | undefined): string {
  if (values === undefined) {
    if (value === undefined) return '';
    throw new RequestError(`${name} takes no value`);
  }
  if (values === 'size') {
    if (value !== undefined && sizeOf(value) !== undefined) return value;
    throw new RequestError(`${name} needs a size, as ${name}=64K`);
  }
  if (value !== undefined && values.includes(value)) return value;
  throw new RequestError(`${name} needs a value: ${values.map((each) => `${name}=${each}`).join(' or ')}`);
}

/** The columns of a matrix unless others are asked for. */
export const usualPolicies = [
  'mdwe',
  'memlock=64K',
  'noexec-shm',
  'memfd-noexec=2',
  'seccomp=docker',
  'seccomp=systemd-mdwe',
  'unprivileged',
] as const;
