import type { Check } from './check.ts';
import { leftSettings, load, steal, swap } from './checks/activity.ts';
import { boost, clocksource, governor } from './checks/clock.ts';
import { coreTypes, isolation, numa, smt } from './checks/cpus.ts';
import { fragmentation, hugePages, shmemThp, thp } from './checks/huge-pages.ts';
import { aslr, kernel, kptrRestrict, perfEventParanoid, runtime } from './checks/kernel.ts';
import { cgroup, devShm, maxMapCount, memlock, tmp } from './checks/limits.ts';
import { container, mitigations, virtualisation } from './checks/machine.ts';
import { damon, khugepaged, ksm, numaBalancing, reclaim } from './checks/page-table-walkers.ts';
import { apparmor, mdwe, memfdNoexec, procMem, seccomp, selinux, userfaultfd } from './checks/policies.ts';

/** What a interval of time tells: how much was done meanwhile. */
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
