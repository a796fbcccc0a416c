import type { CodeBuffer, Label } from './code-buffer.ts';

/** What was written into code, in the order of its bytes. */
export type Recorded =
  | {
      readonly kind: 'written';
      /** The method of the assembler that was called, and with what. */
      readonly method: string;
      readonly operands: readonly unknown[];
      /** Bytes. */
      readonly offset: number;
      readonly size: number;
    }
  | { readonly kind: 'label'; readonly label: Label; readonly offset: number };

/** Keeps what is written through an assembler, for listings. */
export class Recorder {
  readonly written: Recorded[] = [];

  /** The same assembler, each call of which is kept. */
  of<Assembler extends CodeBuffer>(assembler: Assembler): Assembler {
    return new Proxy(assembler, {
      get: (_, name: string) => {
        const member: unknown = Reflect.get(assembler, name, assembler);
        if (typeof member !== 'function') return member;
        return (...operands: unknown[]) => {
          const offset = assembler.length;
          const result: unknown = member.apply(assembler, operands);
          const size = assembler.length - offset;
          if (name === 'bind') this.written.push({ kind: 'label', label: operands[0] as Label, offset });
          else if (size > 0) this.written.push({ kind: 'written', method: name, operands, offset, size });
          return result;
        };
      },
    });
  }
}
