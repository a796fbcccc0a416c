import { type Size, sizes } from './charts/draw.ts';
import { type Html, html, trusted } from './html.ts';
import { howId } from './section.ts';

/** What a chart is to those who do not see it. */
export interface ChartNames {
  /** The id of the section whose sentence describes it. */
  readonly section: string;
  /** What it shows, in a few words. */
  readonly label: string;
}

/** A chart in both sizes, of which the page's style shows one. */
export function figure({ section, label }: ChartNames, chart: (size: Size) => Html): Html {
  const picture = ({ markup }: Html) =>
    html`${trusted('<svg role="img" ')}aria-label="${label}" aria-describedby="${howId(section)}"${trusted(markup.replace(/^<svg/, ''))}`;
  return html`<figure>
<div class="wide">${picture(chart(sizes.wide))}</div>
<div class="narrow">${picture(chart(sizes.narrow))}</div>
</figure>`;
}
