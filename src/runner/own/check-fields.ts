import { findStrategy } from '../../strategies/catalogue.ts';
import { type Strategy, wxClasses } from '../../strategies/strategy.ts';
import { alternatives } from '../../system/spelling.ts';
import { z } from '../../vendor/zod.ts';
import { RequestError } from '../request-error.ts';
import { describeMistake } from './mistake.ts';

const text = (error: string) => z.string({ error }).refine((value) => value.trim() !== '', { error });

const owner = z.strictObject(
  { project: text('a name'), url: text('an address'), note: text('a phrase').optional() },
  { error: 'an object with project and url' },
);

const strategySchema = z.strictObject(
  {
    name: z
      .string({ error: 'a name of letters, digits and _, as my_flip' })
      .regex(/^[a-z][a-z0-9_]*$/i, { error: 'a name of letters, digits and _ that begins with a letter' }),
    summary: text('one sentence about it'),
    wx: z.enum(wxClasses, { error: alternatives(wxClasses) }),
    needs: text("what the host must grant in a few words, as 'memfd_create'"),
    define: z.custom((value) => typeof value === 'function', {
      error: 'a function that records its steps',
    }),
    remedy: text('what to do where the host does not grant it').optional(),
    group: z.literal('own', { error: 'own, or nothing' }).optional(),
    shippedBy: z.array(owner, { error: 'a list of projects' }).optional(),
  },
  { error: 'an object, as defineStrategy makes it' },
);

/** Throws a RequestError unless a value has the fields of a strategy. `label` tells the user which one it is. */
export function checkFields(value: unknown, label: string): asserts value is Strategy {
  const parsed = strategySchema.safeParse(value, { reportInput: true });
  const [issue] = parsed.error?.issues ?? [];
  if (issue !== undefined)
    throw new RequestError(`${label}: ${describeMistake(issue, Object.keys(strategySchema.shape))}`);
  const { name } = value as Strategy;
  if (findStrategy(name) !== undefined)
    throw new RequestError(`${label}: mapbench has a strategy named ${name} already; choose another name`);
}
