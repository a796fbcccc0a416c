/** The processor architectures for which mapbench can generate code. */
export type Architecture = 'x64' | 'arm64';

/** The architecture of this process, or undefined where mapbench cannot run. */
export function hostArchitecture(): Architecture | undefined {
  return process.arch === 'x64' || process.arch === 'arm64' ? process.arch : undefined;
}

/** Why mapbench cannot measure on this host, or undefined where it can. */
export function unsupportedHost(): string | undefined {
  if (process.platform === 'linux' && hostArchitecture() !== undefined) return undefined;
  return `mapbench measures on Linux x86-64 and AArch64 only; this is ${process.platform} ${process.arch}`;
}
