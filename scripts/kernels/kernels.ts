/** A kernel of Debian's to boot. */
export interface Kernel {
  /** As the page calls it. */
  readonly series: string;
  readonly suite: string;
  /** Names of its packages. */
  readonly packages: RegExp;
}

/** The kernels that are booted, the oldest first. */
export const kernels: readonly Kernel[] = [
  { series: '5.10', suite: 'bullseye', packages: /^linux-image-5\.10\.\d+-\d+-cloud-amd64$/ },
  { series: '6.1', suite: 'bookworm', packages: /^linux-image-6\.1\.\d+-\d+-cloud-amd64$/ },
  { series: '6.12', suite: 'trixie', packages: /^linux-image-6\.12\.\d+\+deb13-cloud-amd64$/ },
  { series: 'sid', suite: 'sid', packages: /^linux-binary-\d+\.\d+\.\d+\+deb14-cloud-amd64$/ },
];

/** The newest of a kernel's packages: the one whose numbers are highest. Throws without any. */
export function newestOf(names: readonly string[]): string {
  const [newest] = names.toSorted((a, b) => b.localeCompare(a, 'en', { numeric: true }));
  if (newest === undefined) throw new Error('no kernel of this series is in the suite any more');
  return newest;
}
