import assert from 'node:assert/strict';
import { test } from 'node:test';
import { dark, light, type Theme } from '../../src/report/page/kit/symbols.ts';

/** Relative luminance as WCAG 2.2 defines it. */
function luminance(color: string): number {
  const parts = [1, 3, 5].map((at) => Number.parseInt(color.slice(at, at + 2), 16) / 255);
  const [red = 0, green = 0, blue = 0] = parts.map((part) =>
    part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4,
  );
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}

function contrast(a: string, b: string): number {
  const [one, other] = [luminance(a), luminance(b)];
  return (Math.max(one, other) + 0.05) / (Math.min(one, other) + 0.05);
}

for (const [name, theme] of Object.entries({ light, dark }) as [string, Theme][]) {
  test(`${name}: marks stand out by 3:1, text by 4.5:1`, () => {
    for (const color of [...theme.kinds, ...theme.order, theme.other, theme.accent])
      assert.ok(contrast(color, theme.back) >= 3, `${color}: ${contrast(color, theme.back)}`);
    for (const ground of [theme.back, theme.panel]) {
      for (const text of [theme.text, theme.muted, theme.accent])
        assert.ok(contrast(text, ground) >= 4.5, `${text} on ${ground}: ${contrast(text, ground)}`);
    }
  });
}
