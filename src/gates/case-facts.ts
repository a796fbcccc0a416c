import type { CaseKey } from './expression.ts';

/** What is looked at to tell cases apart: the same of cases that are planned and of cases that were measured. */
export type CaseFacts = { readonly strategy: string } & Readonly<Record<CaseKey, string | number | null>>;

/** A fact of a case as a condition spells it; a fact that is not known is `unknown`. */
export function factOf(each: CaseFacts, key: CaseKey): string {
  return String(each[key] ?? 'unknown');
}
