import type { ProcessIdentity } from '../system/process.ts';
import type { PutBack } from './apply.ts';
import type { Change, Tried } from './settings.ts';

/** What a guard is started with. */
export interface GuardJob {
  readonly folder: string;
  readonly owner: ProcessIdentity;
  readonly changes: readonly Change[];
}

/** What a guard says, a line of JSON each: first `changed` or `refused`, and `restored` at its end. */
export type GuardMessage =
  | { readonly kind: 'changed'; readonly tried: readonly Tried[] }
  | { readonly kind: 'refused'; readonly reason: string }
  | { readonly kind: 'restored'; readonly results: readonly PutBack[] };
