import { parsePolicies } from './policy.ts';

/** How a child is started that is to be under policies. */
export interface PolicyLaunch {
  /** The program, with its arguments, that starts it; empty for none. */
  readonly through: readonly string[];
  /** Flags for Node.js. */
  readonly flags: readonly string[];
}

/** How a child is started that is to be under the policies of a text. */
export function launchUnder(text: string): PolicyLaunch {
  const policies = parsePolicies(text);
  const noexec = policies.find(({ name }) => name === 'memfd-noexec');
  // These forbid Node's own generated code as well.
  const isJitless = policies.some(({ name }) => name === 'mdwe' || name === 'seccomp');
  return {
    through: noexec === undefined ? [] : throughNamespace(noexec.value),
    flags: isJitless ? ['--jitless'] : [],
  };
}

/**
 * vm.memfd_noexec belongs to a pid namespace: the child gets one of its own, so the host's stays as it is. Its processes have numbers
 * that others have outside, so that it gets a /dev/shm of its own, too. All of it dies with mapbench.
 */
function throughNamespace(memfdNoexec: string): readonly string[] {
  const setUp = `mount -t tmpfs -o nosuid,nodev tmpfs /dev/shm && echo ${memfdNoexec} >/proc/sys/vm/memfd_noexec && exec "$@"`;
  return [
    ...['setpriv', '--pdeathsig', 'KILL'],
    ...['unshare', '--mount', '--propagation', 'private', '--pid', '--fork', '--kill-child'],
    ...['sh', '-c', setUp, 'sh'],
  ];
}
