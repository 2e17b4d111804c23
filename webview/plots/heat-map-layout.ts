/** Where the heat map's cells are, in CSS pixels. The profile beside it uses the same rows. */
export interface HeatMapLayout {
  readonly width: number;
  readonly height: number;
  readonly left: number;
  readonly top: number;
  readonly cellWidth: number;
  readonly cellHeight: number;
  readonly layers: number;
  readonly steps: number;
}

export const margins = { top: 8, bottom: 26 } as const;

/** Height of the plot for so many layers: rows thick enough to be hit, the whole not taller than a screen where it can be. */
export function plotHeight(layers: number): number {
  const row = Math.min(18, Math.max(4, 360 / Math.max(1, layers)));
  return Math.round(Math.max(180, row * layers)) + margins.top + margins.bottom;
}

export function heatMapLayout(width: number, layers: number, steps: number, labelWidth: number): HeatMapLayout {
  const height = plotHeight(layers);
  const left = Math.min(labelWidth, width * 0.4);
  return {
    width,
    height,
    left,
    top: margins.top,
    cellWidth: Math.max(1, width - left - 1) / Math.max(1, steps),
    cellHeight: (height - margins.top - margins.bottom) / Math.max(1, layers),
    layers,
    steps,
  };
}

export interface Cell {
  readonly index: number;
  readonly step: number;
}

/** The cell under a point; on the labels the step is −1; `null` outside. */
export function cellAt(layout: HeatMapLayout, x: number, y: number): Cell | null {
  const index = Math.floor((y - layout.top) / layout.cellHeight);
  if (index < 0 || index >= layout.layers || x < 0 || x > layout.width) return null;
  const step = Math.floor((x - layout.left) / layout.cellWidth);
  return { index, step: x < layout.left ? -1 : Math.min(step, layout.steps - 1) };
}

/** Every how many rows a label fits, given its height. */
export function labelStride(layout: HeatMapLayout, lineHeight: number): number {
  return Math.max(1, Math.ceil(lineHeight / layout.cellHeight));
}

export interface StepLabel {
  readonly x: number;
  /** Upper edge. */
  readonly y: number;
  readonly label: string;
  readonly anchor: 'start' | 'middle';
}

/** Numbers under the columns, as many as fit. */
export function stepLabels({
  left,
  top,
  width,
  cellWidth,
  cellHeight,
  layers,
  steps,
}: HeatMapLayout): readonly StepLabel[] {
  const stride = niceStride(44 / cellWidth);
  const y = top + cellHeight * layers + 6;
  const labels: StepLabel[] = [{ x: left, y, label: 'step 0', anchor: 'start' }];
  for (let step = stride; step < steps; step += stride) {
    const x = left + (step + 0.5) * cellWidth;
    if (x + 12 < width && x - left > 48) labels.push({ x, y, label: String(step), anchor: 'middle' });
  }
  return labels;
}

/** 1, 2, 5, 10, 20, … not less than `least`. */
export function niceStride(least: number): number {
  const decade = 10 ** Math.floor(Math.log10(Math.max(1, least)));
  return [1, 2, 5, 10].map((factor) => factor * decade).find((stride) => stride >= least) ?? decade * 10;
}
