import { codeOffset, executable } from '../assembler/elf.ts';
import type { Architecture } from '../system/syscalls.ts';
import { addresses, type StubCode } from './protocol.ts';
import { arm64StreamStub } from './stream-stub-arm64.ts';
import { x64StreamStub } from './stream-stub-x64.ts';
import { arm64Stub } from './stub-arm64.ts';
import { x64Stub } from './stub-x64.ts';

/** The stub as a file, and its routines' addresses in the process. */
export interface Stub {
  readonly file: Uint8Array;
  readonly handler: number;
  readonly restorer: number | undefined;
  readonly synchronize: number | undefined;
}

const makers: Readonly<Record<Architecture, () => StubCode>> = { x64: x64Stub, arm64: arm64Stub };
/** The stub's machine code, whatever becomes of it. */
export function stubCode(architecture: Architecture): StubCode {
  return makers[architecture]();
}

const streamMakers: Readonly<Record<Architecture, (port: string) => StubCode>> = {
  x64: x64StreamStub,
  arm64: arm64StreamStub,
};

const built = new Map<Architecture, Stub>();

/**
 * The static executable that is measured, and does nothing but what it is told (see protocol.ts). Assembled
 * once.
 */
export function stubFor(architecture: Architecture): Stub {
  const stub = built.get(architecture) ?? asExecutable(makers[architecture](), architecture);
  built.set(architecture, stub);
  return stub;
}

/**
 * The same for a stream: it starts processes that are measured. As the first process of a kernel it talks
 * through the serial port `port`.
 */
export function streamStubFor(architecture: Architecture, port = ''): Stub {
  return asExecutable(streamMakers[architecture](port), architecture);
}

function asExecutable(code: StubCode, architecture: Architecture): Stub {
  const addressOf = (offset: number) => addresses.stub + codeOffset + offset;
  return {
    file: executable(code.bytes, addresses.stub, architecture),
    handler: addressOf(code.handler),
    restorer: code.restorer === undefined ? undefined : addressOf(code.restorer),
    synchronize: code.synchronize === undefined ? undefined : addressOf(code.synchronize),
  };
}
