import { spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { waitFor } from '../support/mapbench.ts';
import { createDaemons, freePorts } from './daemons.ts';

/** A Slurm cluster whose nodes are all this host. */
export interface Cluster {
  /** What clients of the cluster need in their environment. */
  readonly env: Readonly<Record<string, string>>;
  stop(): Promise<void>;
}

/**
 * Starts munge, a controller and a slurmd a node, all of whose files are in the folder, and waits until the
 * nodes are idle.
 */
export async function startCluster(folder: string, nodes: readonly string[]): Promise<Cluster> {
  const daemons = createDaemons();
  const env = { SLURM_CONF: join(folder, 'slurm.conf') };
  for (const name of ['state', ...nodes]) mkdirSync(join(folder, name), { recursive: true });
  writeFileSync(env.SLURM_CONF, configuration(folder, nodes, await freePorts(nodes.length + 1)));
  try {
    startMunge(folder, daemons.start);
    await waitFor('munged', () => existsSync(join(folder, 'munge.socket')) || undefined);
    daemons.start('slurmctld', ['-D', '-f', env.SLURM_CONF]);
    for (const name of nodes) daemons.start('slurmd', ['-D', '-f', env.SLURM_CONF, '-N', name]);
    await waitFor('idle nodes', () => (idleNodes(env) === nodes.length ? true : undefined), 60);
  } catch (error) {
    await daemons.stop();
    throw error;
  }
  return { env, stop: () => daemons.stop() };
}

function startMunge(folder: string, start: ReturnType<typeof createDaemons>['start']): void {
  const file = (name: string) => join(folder, name);
  writeFileSync(file('munge.key'), randomBytes(128), { mode: 0o400 });
  start('munged', [
    '--foreground',
    '--force',
    `--key-file=${file('munge.key')}`,
    `--socket=${file('munge.socket')}`,
    `--pid-file=${file('munge.pid')}`,
    `--log-file=${file('munge.log')}`,
    `--seed-file=${file('munge.seed')}`,
  ]);
}

function idleNodes(env: Cluster['env']): number {
  const { stdout } = spawnSync('sinfo', ['-h', '-N', '-o', '%T'], {
    env: { ...process.env, ...env },
    encoding: 'utf8',
  });
  return stdout.split('\n').filter((state) => state === 'idle').length;
}

/** A cluster without accounting and cgroups; `%n` is slurmd's own word for the node's name. */
function configuration(folder: string, nodes: readonly string[], [control, ...ports]: number[]): string {
  const file = (name: string) => join(folder, name);
  return `${[
    'ClusterName=mapbench',
    `SlurmctldHost=${hostname()}(127.0.0.1)`,
    `SlurmctldPort=${control}`,
    `AuthInfo=socket=${file('munge.socket')}`,
    ...['SlurmUser=root', 'SlurmdUser=root', 'MpiDefault=none', 'ReturnToService=2', 'GroupUpdateForce=0'],
    ...['ProctrackType=proctrack/pgid', 'TaskPlugin=task/none', 'SelectType=select/linear'],
    ...['JobAcctGatherType=jobacct_gather/none', 'AccountingStorageType=accounting_storage/none'],
    ...['SlurmdParameters=config_overrides', 'KillWait=5', 'InactiveLimit=0'],
    `StateSaveLocation=${file('state')}`,
    `SlurmdSpoolDir=${file('%n')}`,
    `SlurmctldPidFile=${file('slurmctld.pid')}`,
    `SlurmdPidFile=${file('slurmd-%n.pid')}`,
    `SlurmctldLogFile=${file('slurmctld.log')}`,
    `SlurmdLogFile=${file('slurmd-%n.log')}`,
    ...nodes.map(
      (name, index) =>
        `NodeName=${name} NodeHostname=${hostname()} NodeAddr=127.0.0.1 Port=${ports[index]} CPUs=1`,
    ),
    'PartitionName=all Nodes=ALL Default=YES MaxTime=10',
  ].join('\n')}\n`;
}
