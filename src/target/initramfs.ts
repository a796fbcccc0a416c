/** A file of an archive. */
interface Entry {
  readonly name: string;
  /** Type and permissions, as in stat(2). */
  readonly mode: number;
  readonly content?: Uint8Array;
  /** Of a device. */
  readonly device?: readonly [major: number, minor: number];
}

const [folder, device, program] = [0o040755, 0o020600, 0o100755];

/**
 * An initramfs whose only program is `init`: an archive as the kernel unpacks it
 * (Documentation/driver-api/early-userspace/buffer-format.rst).
 */
export function initramfs(init: Uint8Array): Uint8Array {
  const entries: Entry[] = [
    ...['dev', 'proc', 'sys', 'tmp', 'root'].map((name) => ({ name, mode: folder })),
    { name: 'dev/console', mode: device, device: [5, 1] },
    { name: 'dev/null', mode: device, device: [1, 3] },
    { name: 'dev/ttyS0', mode: device, device: [4, 64] },
    { name: 'dev/ttyS1', mode: device, device: [4, 65] },
    { name: 'init', mode: program, content: init },
    { name: 'TRAILER!!!', mode: 0 },
  ];
  return Buffer.concat(entries.map((entry, index) => encode(entry, index + 1)));
}

/** The format newc: a header of hexadecimal numbers, the name, the content, each padded to 4 bytes. */
function encode(
  { name, mode, content = new Uint8Array(), device: [major, minor] = [0, 0] }: Entry,
  inode: number,
) {
  const nameBytes = Buffer.from(`${name}\0`);
  const numbers = [inode, mode, 0, 0, 1, 0, content.length, 0, 0, major, minor, nameBytes.length, 0];
  const header = Buffer.from(`070701${numbers.map((each) => each.toString(16).padStart(8, '0')).join('')}`);
  return Buffer.concat([padded(Buffer.concat([header, nameBytes])), padded(content)]);
}

function padded(bytes: Uint8Array): Uint8Array {
  return Buffer.concat([bytes], Math.ceil(bytes.length / 4) * 4);
}
