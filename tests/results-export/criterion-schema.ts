import { z } from 'zod';

/** critcmp: src/data.rs, CStats; and that the interval holds the estimate. */
export const criterionEstimate = z
  .strictObject({
    confidence_interval: z.strictObject({
      confidence_level: z.number(),
      lower_bound: z.number(),
      upper_bound: z.number(),
    }),
    point_estimate: z.number(),
    standard_error: z.number(),
  })
  .refine(
    ({ confidence_interval: { lower_bound, upper_bound }, point_estimate }) =>
      lower_bound <= point_estimate && point_estimate <= upper_bound,
  );
