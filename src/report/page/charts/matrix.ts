import type { Matrix } from '../../../comparison/matrix.ts';
import * as Plot from '../../../vendor/plot.ts';
import { caseLabels } from '../../case-labels.ts';
import { formatTime } from '../../format-time.ts';
import { plainText } from '../../text.ts';
import type { Html } from '../html.ts';
import { colors, orderColor } from '../palette.ts';
import { draw, type Size } from './draw.ts';
import { rowNames } from './rows.ts';
import { timeAxes } from './time-axis.ts';

/** Times by document, a row a case, the documents coloured in their order. */
export function matrixChart({ names: documents, rows }: Matrix, size: Size): Html {
  const labels = caseLabels(rows.map(({ id }) => id));
  const named = rows.map(({ id, cells }, index) => ({ key: id, name: labels[index] ?? id, cells }));
  const names = rowNames(named, size);
  const dots = named.flatMap(({ key, cells }) =>
    cells.flatMap(({ estimate }, index) => {
      if (estimate === undefined || estimate.point <= 0) return [];
      const { low, point, high } = estimate;
      return [
        {
          key,
          time: point,
          low: low || point,
          high: high ?? point,
          // One above the other, the oldest on top, so that documents of one time hide each other less.
          place: documents.length < 2 ? 0 : 1 - (2 * index) / (documents.length - 1),
          color: orderColor(index, documents.length),
          title: plainText(`${documents[index]}: ${formatTime(point)}`),
        },
      ];
    }),
  );
  const axes = timeAxes(
    dots.flatMap(({ low, high }) => [low, high]),
    size,
    'time an iteration, log scale',
  );
  const rowHeight = Math.max(24, documents.length * 6 + 8);
  const facet = { fy: 'key', y: 'place' };
  return draw({
    width: size.width,
    height: named.length * rowHeight + 76,
    marginLeft: names.marginLeft,
    marginRight: 18,
    marginTop: 30,
    marginBottom: 42,
    x: axes.scale,
    y: { domain: [-1.6, 1.6], axis: null },
    fy: { domain: [...names.domain], padding: 0 },
    marks: [
      ...axes.marks,
      Plot.axisFy({ label: null, anchor: 'left', tickFormat: names.tickFormat, textAnchor: 'end', dx: -6 }),
      Plot.ruleY(dots, { ...facet, x1: 'low', x2: 'high', stroke: 'color', strokeWidth: 2 }),
      Plot.dot(dots, {
        ...facet,
        x: 'time',
        r: 3.5,
        fill: 'color',
        stroke: colors.back,
        strokeWidth: 0.75,
        title: 'title',
        className: 'document',
      }),
    ],
    color: { type: 'identity' },
  });
}
