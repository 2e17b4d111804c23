export interface Series {
  readonly name: string;
  readonly color: string;
  /** `null` where there is nothing. */
  readonly values: readonly (number | null)[];
  /** A line where not given. */
  readonly drawn?: 'line' | 'points';
}

export interface Chart {
  readonly title: string;
  /** Under the horizontal axis; with `ticks` one label per position, else steps. */
  readonly xLabel: string;
  /** Beside the vertical one. */
  readonly yLabel?: string;
  /** Number of the first position; 0 where not given. */
  readonly first?: number;
  /** In the lower right corner. */
  readonly note?: string;
  readonly ticks?: readonly string[];
  readonly scale: 'linear' | 'log';
  readonly series: readonly Series[];
  /** Upper end of a linear axis. */
  readonly top?: number;
}

const size = { width: 560, height: 300, left: 64, right: 120, upper: 34, lower: 48 };

/** A line chart as SVG: one axis of values, one line per series, named at its end. */
export function lineChart(chart: Chart): string {
  const known = chart.series.flatMap(({ values }) => values.filter(isDrawn(chart.scale)));
  const length = Math.max(2, ...chart.series.map(({ values }) => values.length));
  const [low, high] = chart.scale === 'log' ? decades(known) : [0, chart.top ?? Math.max(1e-9, ...known)];
  const place = (value: number) => (chart.scale === 'log' ? Math.log10(value) : value);
  const x = (index: number) => size.left + (index / (length - 1)) * (size.width - size.left - size.right);
  const y = (value: number) => {
    const share = (place(Math.min(Math.max(value, low), high)) - place(low)) / (place(high) - place(low));
    return size.height - size.lower - share * (size.height - size.upper - size.lower);
  };
  const marks = chart.scale === 'log' ? powersOfTen(low, high) : [0, 0.25, 0.5, 0.75, 1].map((share) => share * high);
  const grid = marks.map(
    (value) =>
      `<line x1="${size.left}" x2="${size.width - size.right}" y1="${round(y(value))}" y2="${round(y(value))}" stroke="#ddd"/>` +
      `<text x="${size.left - 6}" y="${round(y(value) + 4)}" text-anchor="end">${label(value, chart.scale)}</text>`,
  );
  const ticks = chart.ticks ?? [];
  const names =
    ticks.length > 0
      ? ticks.map((text, index) => tick(x(index), text))
      : [0, length - 1].map((index) => tick(x(index), String(index + (chart.first ?? 0))));
  const ends = spread(
    chart.series.map(({ name, values }) =>
      name === '' ? Number.NEGATIVE_INFINITY : y(values.findLast(isDrawn(chart.scale)) ?? low),
    ),
  );
  const lines = chart.series.map(({ name, color, values, drawn }, index) => {
    const places = values.flatMap((value, at) =>
      isDrawn(chart.scale)(value) ? [[round(x(at)), round(y(value))] as const] : [],
    );
    if (drawn === 'points')
      return places.map(([cx, cy]) => `<circle cx="${cx}" cy="${cy}" r="2.5" fill="${color}"/>`).join('');
    const points = places.map((place) => place.join(','));
    const end = `<text x="${size.width - size.right + 8}" y="${round((ends[index] ?? 0) + 4)}" fill="${color}">${name}</text>`;
    return `<polyline fill="none" stroke="${color}" stroke-width="2" points="${points.join(' ')}"/>${end}`;
  });
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${size.width} ${size.height}" width="${size.width}" height="${size.height}" role="img" aria-label="${chart.title}" font-family="sans-serif" font-size="12">`,
    `<title>${chart.title}</title>`,
    `<rect width="100%" height="100%" fill="white"/><text x="${size.left}" y="20" font-size="14" font-weight="bold">${chart.title}</text>`,
    ...grid,
    ...names,
    ...(chart.yLabel === undefined ? [] : [sideways(chart.yLabel)]),
    ...(chart.note === undefined
      ? []
      : [`<text x="${size.width - 8}" y="${size.height - 8}" text-anchor="end" fill="#666">${chart.note}</text>`]),
    `<text x="${(size.left + size.width - size.right) / 2}" y="${size.height - 8}" text-anchor="middle">${chart.xLabel}</text>`,
    ...lines,
    '</svg>',
  ].join('\n');
}

function sideways(text: string): string {
  const middle = (size.upper + size.height - size.lower) / 2;
  return `<text transform="translate(14 ${middle}) rotate(-90)" text-anchor="middle">${text}</text>`;
}

function isDrawn(scale: Chart['scale']): (value: number | null) => value is number {
  return (value): value is number => value !== null && Number.isFinite(value) && (scale === 'linear' || value > 0);
}

function tick(x: number, text: string): string {
  return `<text x="${round(x)}" y="${size.height - size.lower + 18}" text-anchor="middle">${text}</text>`;
}

function decades(values: readonly number[]): readonly [number, number] {
  const low = Math.floor(Math.log10(Math.min(...values, 1)));
  const high = Math.ceil(Math.log10(Math.max(...values, 10 ** (low + 1))));
  return [10 ** low, 10 ** high];
}

/** At most eight marks, however many decades. */
function powersOfTen(low: number, high: number): readonly number[] {
  const [from, to] = [Math.round(Math.log10(low)), Math.round(Math.log10(high))];
  const step = Math.ceil((to - from) / 7);
  return Array.from({ length: Math.floor((to - from) / step) + 1 }, (_, i) => 10 ** (from + i * step));
}

function label(value: number, scale: Chart['scale']): string {
  return scale === 'log' ? value.toExponential(0).replace('e+', 'e') : String(Number(value.toPrecision(2)));
}

/** Names at the lines' ends, moved apart where they would cover each other. */
function spread(ends: readonly number[]): readonly number[] {
  const order = ends.map((y, index) => ({ y, index })).sort((a, b) => a.y - b.y);
  for (let i = 1; i < order.length; i++) {
    const [above, here] = [order[i - 1], order[i]];
    if (above !== undefined && here !== undefined) here.y = Math.max(here.y, above.y + 14);
  }
  return order.sort((a, b) => a.index - b.index).map(({ y }) => y);
}

function round(x: number): number {
  return Math.round(x * 10) / 10;
}
