import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { causeOf, MapbenchError, RequestError } from '../system/errors.ts';
import type { Architecture } from '../system/syscalls.ts';
import { Connection } from './connection.ts';
import { imageNamed } from './debian-kernel.ts';
import { initramfs } from './initramfs.ts';
import type { Metric } from './names.ts';
import { streamStubFor } from './stub.ts';
import type { Reached, Way } from './target.ts';

/** What boots images of an architecture. */
interface Machine {
  readonly qemu: string;
  /** The Debian package that has it. */
  readonly package: string;
  /** Serial ports as the kernel names them: of its console, and the stub's. */
  readonly console: string;
  readonly port: string;
  /** Parameters of QEMU. */
  readonly parameters: readonly string[];
  /**
   * Of a processor whose instructions are counted: strings are cleared and copied in words, as most kernels
   * do.
   */
  readonly counted: string;
}

const machines: Readonly<Record<Architecture, Machine>> = {
  x64: {
    qemu: 'qemu-system-x86_64',
    package: 'qemu-system-x86',
    console: 'ttyS0',
    port: '/dev/ttyS1',
    parameters: [
      '-chardev',
      'stdio,id=data,signal=off',
      '-serial',
      'chardev:console',
      '-serial',
      'chardev:data',
    ],
    // With ERMS every byte that is cleared is an instruction.
    counted: 'max,-erms,-fsrm',
  },
  arm64: {
    qemu: 'qemu-system-aarch64',
    package: 'qemu-system-arm',
    console: 'ttyAMA0',
    port: '/dev/ttyS0',
    parameters: [
      ...['-machine', 'virt', '-serial', 'chardev:console', '-chardev', 'stdio,id=data,signal=off'],
      ...['-device', 'pci-serial,chardev=data'],
    ],
    counted: 'max,pauth-impdef=on',
  },
};

/** Megabytes. */
const memory = 1024;

/** Milliseconds in which a kernel has booted. */
const bootTimeout = 120_000;

/** Parameters of every boot: no figure may depend on which pages happen to be huge. */
const usual = ['quiet', 'panic=-1', 'oops=panic', 'transparent_hugepage=never'];

/** What tells a kernel's image: where, and what stands there. */
const magics: Readonly<Record<Architecture, { readonly at: number; readonly text: string }>> = {
  // Documentation/arch/x86/boot.rst
  x64: { at: 0x202, text: 'HdrS' },
  // Documentation/arch/arm64/booting.rst
  arm64: { at: 56, text: 'ARMd' },
};

/**
 * A kernel that QEMU boots, with the stub as its only program; `text` is the path of a bzImage or an Image,
 * and behind it parameters of the kernel. Times need KVM: without, where neither is asked for, it counts
 * instructions. Throws a RequestError for what is no image.
 */
export function kernelWay(text: string, wanted?: Metric): Way {
  const [name = '', ...parameters] = text.split(' ').filter((word) => word !== '');
  const image = imageNamed(name);
  const architecture = architectureOf(image);
  const metric = wanted ?? (hasKvm(architecture) ? 'time' : 'instructions');
  return {
    name: `kernel=${text}`,
    metric,
    isBare: true,
    reach: (signal) => boot({ image, architecture, parameters, metric }, signal),
  };
}

function architectureOf(image: string): Architecture {
  let start: Buffer;
  try {
    start = readFileSync(image).subarray(0, 1024);
  } catch (error) {
    const cause = causeOf(error as NodeJS.ErrnoException, 'read', image);
    throw new RequestError(`--target kernel=${image}: ${cause}`);
  }
  const found = (Object.keys(magics) as Architecture[]).find((each) => {
    const { at, text } = magics[each];
    return start.subarray(at, at + text.length).toString('latin1') === text;
  });
  if (found === undefined)
    throw new RequestError(
      `--target kernel=${image}: it is no kernel's image: neither a bzImage of x86-64 nor an Image of AArch64 (uncompressed)`,
    );
  return found;
}

/** Whether this machine runs guests of an architecture itself. */
function hasKvm(architecture: Architecture): boolean {
  if (process.arch !== architecture) return false;
  const { qemu } = machines[architecture];
  // That the file is there says little: within another guest a processor may still not start.
  const tried = spawnSync(
    qemu,
    ['-accel', 'kvm', '-cpu', 'host', '-S', '-nodefaults', '-display', 'none', '-monitor', 'stdio'].concat(
      architecture === 'arm64' ? ['-machine', 'virt'] : [],
    ),
    { input: 'quit\n', timeout: 10_000 },
  );
  return tried.status === 0;
}

/** What is booted. */
interface Wanted {
  readonly image: string;
  readonly architecture: Architecture;
  readonly parameters: readonly string[];
  readonly metric: Metric;
}

async function boot(wanted: Wanted, signal: AbortSignal): Promise<Reached> {
  const { architecture, metric } = wanted;
  const machine = machines[architecture];
  refuseWithout(machine, architecture, metric);
  const stub = streamStubFor(architecture, machine.port);
  const folder = mkdtempSync(join(tmpdir(), 'mapbench-kernel-'));
  const log = join(folder, 'console');
  const explainEnd = () => explainConsole(log);
  const connection = new Connection(commandFor(wanted, machine, folder, stub.file), { signal, explainEnd });
  // What the kernel said is there until nobody asks for it.
  void connection.gone.then(() => rmSync(folder, { recursive: true, force: true }));
  try {
    await connection.ready(bootTimeout, needs);
  } catch (error) {
    await connection[Symbol.asyncDispose]();
    throw error;
  }
  return { connection, architecture, stub };
}

function commandFor(
  { image, parameters, metric }: Wanted,
  machine: Machine,
  folder: string,
  stub: Uint8Array,
): string[] {
  const archive = join(folder, 'initramfs');
  writeFileSync(archive, initramfs(stub));
  return [
    machine.qemu,
    ...(metric === 'time'
      ? ['-accel', 'kvm', '-cpu', 'host']
      : ['-accel', 'tcg,thread=single', '-icount', 'shift=0,sleep=off', '-cpu', machine.counted]),
    ...['-m', String(memory), '-smp', '1', '-nodefaults', '-no-user-config', '-no-reboot'],
    ...['-display', 'none', '-kernel', image, '-initrd', archive],
    ...['-append', [`console=${machine.console}`, ...usual, ...parameters].join(' ')],
    ...['-chardev', `file,id=console,path=${join(folder, 'console')}`, ...machine.parameters],
  ];
}

function refuseWithout({ qemu, package: name }: Machine, architecture: Architecture, metric: Metric): void {
  const { error } = spawnSync(qemu, ['--version'], { stdio: 'ignore' });
  if (error !== undefined)
    throw new MapbenchError(
      'unavailable',
      `a kernel is booted by ${qemu}, which is not there; apt-get install ${name}`,
    );
  if (metric === 'time' && !hasKvm(architecture))
    throw new MapbenchError(
      'unavailable',
      'KVM does not work on this host, and times of an emulated processor mean nothing; ask for --metric instructions',
    );
}

/** What a kernel must have built in. */
const needs =
  'it needs two serial ports (CONFIG_SERIAL_8250=y), programs of ELF and an initramfs (CONFIG_BLK_DEV_INITRD=y)';

/** What a kernel said before it gave up. */
function explainConsole(log: string): string | undefined {
  let text: string;
  try {
    text = readFileSync(log, 'utf8');
  } catch {
    return undefined;
  }
  const panic = /Kernel panic - [^\r\n]*/.exec(text)?.[0];
  if (panic !== undefined) return `the kernel panics: ${panic.replace(/^Kernel panic - /, '')}`;
  const last = text.trim().split(/\r?\n/).at(-1);
  return last === undefined || last === ''
    ? `the kernel ended without a word: ${needs}`
    : `the kernel's last words: ${last}`;
}
