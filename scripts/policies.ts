/**
 * Prints docs/policies.md from a matrix: `npx tsx scripts/policies.ts
 * [results/policies/epyc-firecracker-6.18-2026-11.json] > docs/policies.md`.
 */

import { readFileSync } from 'node:fs';
import { policyKinds } from '../src/policies/policy.ts';
import { cellText, reasonsOf } from '../src/report/terminal/policies.ts';
import { escapeMarkdown, markdownTable } from '../src/results/export/markdown.ts';
import { parseMatrix } from '../src/results/matrix.ts';
import { wrapMarkdown } from './prose/markdown.ts';

const [file = 'results/policies/epyc-firecracker-6.18-2026-11.json'] = process.argv.slice(2);
const matrix = parseMatrix(readFileSync(file, 'utf8'), file);
const { host, policies, rows } = matrix;

/** Strategies whose cells are the same, as one row. */
const patterns = new Map<string, (typeof rows)[number][]>();
for (const row of rows) {
  const pattern = row.cells.map(cellText).join('|');
  patterns.set(pattern, [...(patterns.get(pattern) ?? []), row]);
}
const table = markdownTable(
  ['strategies', ...policies.map((policy) => (policy === null ? 'none' : `\`${policy}\``))],
  ['left', ...policies.map(() => 'left' as const)],
  [...patterns.values()]
    .toSorted((one, other) => other.length - one.length)
    .map((alike) => [
      alike.map(({ strategy }) => `\`${strategy}\``).join(' '),
      ...(alike[0]?.cells ?? []).map(cellText),
    ]),
);
/** Calls that are refused in the same words, in one line. */
const refused = new Map<string, string[]>();
for (const { reason } of reasonsOf(matrix)) {
  const [, call = '', why = ''] = /^(\w+): (.*)$/s.exec(reason) ?? [];
  refused.set(why, [...(refused.get(why) ?? []), call]);
}
const reasons = [...refused].map(([why, calls]) => `- ${calls.join(', ')}: ${escapeMarkdown(why)}`);
const kinds = policyKinds.map(({ name, summary, ...kind }) => {
  const values = 'values' in kind ? (kind.values === 'size' ? '=64K' : `=${kind.values.join('\\|')}`) : '';
  return `- \`${name}${values.replaceAll('\\', '')}\`: ${summary}`;
});

console.log(
  wrapMarkdown(`<!-- Printed by scripts/policies.ts; do not edit. -->
# Which strategies run under which policies

\`mapbench matrix\` puts a fresh process under each policy for real and runs one iteration of each strategy in it; the code that is loaded returns
numbers that are checked. \`mapbench run --policy mdwe,memlock=64K\` measures under several at once. These are the policies:

${kinds.join('\n')}

They are made of prctl(2), setrlimit(2), a mount namespace, a pid namespace (to which vm.memfd_noexec belongs), a seccomp filter and setuid(2), all of them in
the child or in what starts it. Nothing of the host is changed, so nothing has to be put back, whatever happens to mapbench: a test compares mounts,
sysctls, limits and /dev/shm byte for byte, before and after, also after \`kill -9\` in the middle (tests/cli/policies.test.ts).

The memory of the stub that is measured, its code included, is mapped before the policy is put on. With \`--engine ffi\` a Node.js is measured, which
runs with \`--jitless\` under \`mdwe\` and \`seccomp=…\`, since the policy forbids its own generated code as well; mapbench's goes through a memfd there.
\`memlock\` also drops CAP_IPC_LOCK, with which the limit would not count.

${host.cpu}, Linux ${host.kernel}${host.virtualisation === null ? '' : `, ${host.virtualisation}`}, ${host.hugePagesTotal ?? 0} huge pages in the pool, transparent_hugepage/shmem_enabled at advise; \`mapbench matrix -o ${file}\`:

${table}

${reasons.join('\n')}

## What it shows

- PR_SET_MDWE stops every flip and every mapping that is writable and executable, and nothing else; the filter that systemd has for
  MemoryDenyWriteExecute= stops the same, with EPERM in place of EACCES.
- \`vm.memfd_noexec=2\` stops memfd_create with MFD_EXEC, which no strategy here asks for: their mappings are executable though their files are not.
- \`memlock=64K\` stops none, as \`reuse_lock\` locks 16 KiB at 4 pages; with \`memlock=8K\` it fails with EAGAIN.
- \`unprivileged\` makes the process dumpable again, as one is that was nobody's from the start. A daemon that drops its privileges and does not
  cannot open its /proc/self/mem: \`procmem\` fails there.

## Sources

The filter \`seccomp=docker\` refuses what Docker's default profile refuses to a container without further capabilities (docs.docker.com/engine/security/seccomp and the
profile in moby/moby); calls newer than mseal get ENOSYS, as runc gives. It is a list of refusals made from these facts, not the profile itself, which lists what is
allowed; conditions on arguments are there for clone alone. \`seccomp=systemd-mdwe\` is what systemd.exec(5) says of MemoryDenyWriteExecute=.`),
);
