import type { Content, Html } from './html.ts';
import type { PageInput } from './input.ts';

/** A part of the page with a heading. */
export interface Section {
  /** The page's only one, as a link names it. */
  readonly id: string;
  readonly title: string;
  /** One sentence that says how to read it. */
  readonly how: Content;
  readonly body: Html;
  /** Style that it needs, given once however many sections bring the same. */
  readonly style?: string;
  /** A script that it needs at the end of the page, given once. It may not hold `</script`. */
  readonly script?: string;
}

/** Makes a section of what the page is made from; undefined where its data do not exist. */
export type SectionMaker = (input: PageInput) => Section | undefined;

/** The id of the sentence that says how to read a section; charts are described by it. */
export function howId(section: string): string {
  return `${section}-how`;
}
