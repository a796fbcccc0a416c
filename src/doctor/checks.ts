import type { Check } from './check.ts';
import { load, steal, swap } from './checks/activity.ts';
import { aslr } from './checks/addresses.ts';
import { cgroup } from './checks/cgroup.ts';
import { boost, clocksource, governor } from './checks/clock.ts';
import { container } from './checks/container.ts';
import { coreTypes, isolation, numa, smt } from './checks/cpus.ts';
import { fragmentation, hugePages, shmemThp, thp } from './checks/huge-pages.ts';
import { kernel } from './checks/kernel.ts';
import { leftSettings } from './checks/left-settings.ts';
import { maxMapCount, memlock } from './checks/limits.ts';
import { mitigations, virtualisation } from './checks/machine.ts';
import { devShm, tmp } from './checks/mounts.ts';
import { damon, khugepaged, ksm, numaBalancing, reclaim } from './checks/page-table-walkers.ts';
import { mdwe, memfdNoexec, procMem, seccomp, userfaultfd } from './checks/policies.ts';
import { kptrRestrict, perfEventParanoid } from './checks/profiling.ts';
import { runtime } from './checks/runtime.ts';
import { apparmor, selinux } from './checks/security-modules.ts';

/** What a stretch of time tells: how much was done meanwhile. */
export const activityChecks: readonly Check[] = [steal, swap, damon, ksm, khugepaged, numaBalancing, reclaim];

/** What the settings tell at once. */
export const settingChecks: readonly Check[] = [
  leftSettings,
  governor,
  boost,
  smt,
  coreTypes,
  load,
  virtualisation,
  container,
  mitigations,
  isolation,
  numa,
  cgroup,
  clocksource,
  thp,
  shmemThp,
  hugePages,
  fragmentation,
  memlock,
  maxMapCount,
  memfdNoexec,
  devShm,
  tmp,
  mdwe,
  seccomp,
  selinux,
  apparmor,
  procMem,
  userfaultfd,
  aslr,
  perfEventParanoid,
  kptrRestrict,
  kernel,
  runtime,
];

/** Every check, in the order in which findings are listed. */
export const checks: readonly Check[] = [...settingChecks, ...activityChecks];
