import { type ChildProcess, spawn } from 'node:child_process';
import { constants } from 'node:os';
import { TargetError } from './measured-process.ts';
import { commands, events } from './protocol.ts';

/** Bytes of a piece: an address and a word, or a length. */
const pieceBytes = 16;

/** Bytes of what a command wrote to its standard error that are kept. */
const keptOutput = 2000;

/** What a stub sends. */
export interface Listener {
  /** A word of its data has changed. */
  onWord(address: number, value: bigint): void;
  onDone(): void;
  onFault(signal: number, instruction: number): void;
  /** The process has ended; `status` as wait4 gives it. */
  onEnded(status: number): void;
  onReady?(): void;
  /** No more will come. */
  onClosed(error: TargetError): void;
}

/**
 * Runs a command and kills it, with what it has started, when its fourth descriptor is closed, as by the end
 * of this process: QEMU would go on without. All are one process group.
 */
const guarded =
  'exec 4<&0; "$@" <&4 3<&- 4<&- & child=$!; exec 4<&-; (read -r _ <&3; kill -9 0) >/dev/null 2>&1 & wait $child';

/** How a connection is held. */
interface ConnectionOptions {
  /** Ends it. */
  readonly signal?: AbortSignal;
  /** Why the command has ended, where it is known better than from how it did. */
  readonly explainEnd?: () => string | undefined;
}

/** A command whose standard input and output are those of a stub. Disposing it ends both. */
export class Connection implements AsyncDisposable {
  readonly #child: ChildProcess;
  /** Resolves when the command has ended. */
  readonly gone: Promise<void>;
  #output = '';
  #received: Buffer = Buffer.alloc(0);
  #fault: number | undefined;
  #listener: Listener | undefined;
  #end: TargetError | undefined;
  /** Takes the first line that is received, before the stub talks. */
  #onLine: ((line: string) => void) | undefined;

  /** Runs a command. `explainEnd` is asked, when it has ended, whether something else tells more of why. */
  constructor(
    [command = '', ...parameters]: readonly string[],
    { signal, explainEnd = () => undefined }: ConnectionOptions = {},
  ) {
    this.#child = spawn('/bin/sh', ['-c', guarded, 'sh', command, ...parameters], {
      stdio: ['pipe', 'pipe', 'pipe', 'pipe'],
      detached: true,
      ...(signal && { signal, killSignal: 'SIGKILL' as const }),
    });
    const { stdin, stdout, stderr, stdio } = this.#child;
    stderr?.on('data', (data: Buffer) => {
      this.#output = (this.#output + data.toString()).slice(-keptOutput);
    });
    stdout?.on('data', (data: Buffer) => this.#receive(data));
    // Broken pipes: that the command has ended tells more.
    stdin?.on('error', () => {});
    stdio[3]?.on('error', () => {});
    // Else what waits for it to be closed would go on.
    this.#child.on('exit', () => stdio[3]?.destroy());
    this.gone = new Promise((resolve) => {
      this.#child.on('error', (error) => this.#close(new TargetError(error.message)));
      this.#child.on('close', (status, killedBy) => {
        this.#close(new TargetError(explainEnd() ?? this.#describeEnd(status, killedBy)));
        resolve();
      });
    });
  }

  /** Why nothing more can be sent; undefined while it can. */
  get end(): TargetError | undefined {
    return this.#end;
  }

  /** The first line that the command writes and `pattern` finds. Rejects with a TargetError. */
  line(pattern: RegExp): Promise<RegExpExecArray> {
    return new Promise((resolve, reject) => {
      this.#listener = { ...silent, onClosed: reject };
      if (this.#end !== undefined) reject(this.#end);
      this.#onLine = (line) => {
        const found = pattern.exec(line);
        if (found === null) return;
        this.#onLine = undefined;
        this.#listener = undefined;
        resolve(found);
      };
    });
  }

  /**
   * Resolves when the stub at the other end can start processes. Rejects with a TargetError, after
   * `milliseconds` with one that ends in `hint`.
   */
  async ready(milliseconds: number, hint: string): Promise<void> {
    const timer = setTimeout(() => {
      const sentence = `it has not started the stub within ${milliseconds / 1000} s; ${hint}`;
      this.kill(new TargetError(sentence, { isHung: true }));
    }, milliseconds);
    try {
      await new Promise<void>((resolve, reject) => {
        this.#listener = { ...silent, onReady: resolve, onClosed: reject };
        if (this.#end !== undefined) reject(this.#end);
      });
    } finally {
      clearTimeout(timer);
    }
  }

  /** Who is told from now on. */
  listen(listener: Listener | undefined): void {
    this.#listener = listener;
    if (listener !== undefined && this.#end !== undefined) listener.onClosed(this.#end);
  }

  /** Sends bytes as they are. */
  send(bytes: Uint8Array): void {
    this.#child.stdin?.write(bytes);
  }

  /** Has bytes put at an address. */
  write(address: number, bytes: Uint8Array): void {
    this.send(piece(address, bytes.length));
    this.send(bytes);
  }

  command(name: keyof typeof commands): void {
    this.send(piece(commands[name], 0));
  }

  /** Has no more to say; who waits is told why. */
  kill(reason: TargetError): void {
    this.#close(reason);
    const guard = this.#child.stdio[3];
    guard?.destroy();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#listener = undefined;
    this.#child.stdin?.destroy();
    this.kill(new TargetError('it was ended'));
    await this.gone;
  }

  #receive(data: Buffer): void {
    this.#received = this.#received.length === 0 ? data : Buffer.concat([this.#received, data]);
    while (this.#onLine !== undefined) {
      const end = this.#received.indexOf('\n');
      if (end === -1) return;
      const line = this.#received.toString('utf8', 0, end);
      this.#received = this.#received.subarray(end + 1);
      this.#onLine(line);
    }
    let at = 0;
    for (; at + pieceBytes <= this.#received.length; at += pieceBytes) this.#take(at);
    this.#received = this.#received.subarray(at);
  }

  #take(at: number): void {
    const address = Number(this.#received.readBigInt64LE(at));
    const word = this.#received.readBigInt64LE(at + 8);
    if (this.#fault !== undefined) {
      const signal = this.#fault;
      this.#fault = undefined;
      this.#listener?.onFault(signal, address);
    } else if (address === events.done) this.#listener?.onDone();
    else if (address === events.ended) this.#listener?.onEnded(Number(word));
    else if (address === events.ready) this.#listener?.onReady?.();
    else if (address === events.fault) this.#fault = Number(word);
    else this.#listener?.onWord(address, word);
  }

  #close(error: TargetError): void {
    this.#end ??= error;
    const listener = this.#listener;
    this.#listener = undefined;
    listener?.onClosed(this.#end);
  }

  #describeEnd(status: number | null, signal: NodeJS.Signals | null): string {
    const lines = this.#output.trim().split('\n');
    const said = lines.at(-1) === '' ? '' : `: ${lines.slice(-3).join(' ')}`;
    const how =
      signal === null ? `with status ${status}` : `by ${signal} (signal ${constants.signals[signal]})`;
    return `the connection to the target has ended ${how}${said}`;
  }
}

const silent: Listener = { onWord() {}, onDone() {}, onFault() {}, onEnded() {}, onClosed() {} };

function piece(first: number, second: number): Uint8Array {
  const bytes = Buffer.alloc(pieceBytes);
  bytes.writeBigInt64LE(BigInt(first), 0);
  bytes.writeBigInt64LE(BigInt(second), 8);
  return bytes;
}
