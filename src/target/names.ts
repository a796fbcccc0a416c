/** What is measured: time, or the instructions of an emulated processor, the kernel's included. */
export const metrics = ['time', 'instructions'] as const;

export type Metric = (typeof metrics)[number];

/** How a target is written. */
export const targetForms = 'kernel=<image>, qemu-aarch64, ssh:<host> or exec:<command>';
