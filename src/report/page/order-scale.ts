import { type Html, html } from './html.ts';
import { colors } from './palette.ts';

/** The legend of colours in an order. */
export function orderScale(what: string, first: string, last: string): Html {
  const steps = colors.order.map((color) => html`<i style="background:${color}"></i>`);
  return html`<ul class="legend"><li>${first} ${what} <span class="steps" aria-hidden="true">${steps}</span> ${last}</li></ul>`;
}
