import type { Theme } from '../theme.ts';
import { shade } from './colors.ts';
import { type Domain, position } from './domain.ts';
import { type HeatMapLayout, labelStride, stepLabels } from './heat-map-layout.ts';

export interface HeatMapPicture {
  readonly layout: HeatMapLayout;
  readonly names: readonly string[];
  readonly domain: Domain;
  /** Last measured step, −1 before the first. */
  readonly measured: number;
  /** From this step on nothing is finite; `null` where all is. */
  readonly divergedAt: number | null;
  readonly value: (index: number, step: number) => number | null;
  readonly cursor: { readonly index: number | null; readonly step: number };
  readonly highlight: number | null;
}

/** Draws the whole heat map; `scale` is device pixels per CSS pixel. */
export function paintHeatMap(
  context: CanvasRenderingContext2D,
  picture: HeatMapPicture,
  theme: Theme,
  scale: number,
): void {
  const { layout } = picture;
  context.setTransform(scale, 0, 0, scale, 0, 0);
  context.clearRect(0, 0, layout.width, layout.height);
  paintCells(context, picture, theme);
  paintLines(context, layout, theme);
  paintLabels(context, picture, theme);
  paintSteps(context, layout, theme);
  paintCursors(context, picture, theme);
}

/** Cells go through a bitmap of one pixel each, which the browser enlarges: thousands of cells cost as little as one. */
function paintCells(context: CanvasRenderingContext2D, picture: HeatMapPicture, theme: Theme): void {
  const { layout, measured } = picture;
  const { left, top, cellWidth, cellHeight, layers, steps } = layout;
  context.fillStyle = theme.empty;
  context.fillRect(left, top, cellWidth * steps, cellHeight * layers);
  const columns = Math.min(measured + 1, steps);
  if (columns > 0 && layers > 0) {
    const bitmap = new OffscreenCanvas(columns, layers);
    // A 2D context of a fresh OffscreenCanvas is only null where another kind was asked for before.
    const pixels = bitmap.getContext('2d') as OffscreenCanvasRenderingContext2D;
    pixels.putImageData(cellPixels(picture, columns), 0, 0);
    context.imageSmoothingEnabled = false;
    context.drawImage(bitmap, left, top, cellWidth * columns, cellHeight * layers);
  }
  if (picture.divergedAt !== null) paintDiverged(context, layout, picture.divergedAt, theme);
}

function cellPixels({ layout, domain, value }: HeatMapPicture, columns: number): ImageData {
  const image = new ImageData(columns, layout.layers);
  let offset = 0;
  for (let index = 0; index < layout.layers; index += 1) {
    for (let step = 0; step < columns; step += 1, offset += 4) {
      const cell = value(index, step);
      // What was not measured stays transparent; a zero on a scale of decades is black, below every shade.
      if (cell === null) continue;
      const [red, green, blue] = domain.log && cell === 0 ? [0, 0, 0] : shade(position(domain, cell));
      image.data[offset] = red;
      image.data[offset + 1] = green;
      image.data[offset + 2] = blue;
      image.data[offset + 3] = 255;
    }
  }
  return image;
}

function paintDiverged(context: CanvasRenderingContext2D, layout: HeatMapLayout, step: number, theme: Theme): void {
  const { left, top, cellWidth, cellHeight, layers, steps } = layout;
  const from = left + step * cellWidth;
  const right = left + steps * cellWidth;
  const bottom = top + layers * cellHeight;
  context.save();
  context.beginPath();
  context.rect(from, top, right - from, bottom - top);
  context.clip();
  context.strokeStyle = theme.error;
  context.lineWidth = 1;
  context.globalAlpha = 0.7;
  for (let x = from - (bottom - top); x < right; x += 9) {
    context.moveTo(x, bottom);
    context.lineTo(x + (bottom - top), top);
  }
  context.stroke();
  context.globalAlpha = 1;
  context.fillStyle = theme.error;
  context.font = `600 11px ${theme.font}`;
  context.textBaseline = 'middle';
  context.textAlign = from > (left + right) / 2 ? 'right' : 'left';
  const text = `diverged at step ${step}`;
  const width = context.measureText(text).width + 12;
  context.restore();
  const x = Math.min(from + 4, right - width);
  const y = (top + bottom) / 2;
  context.fillStyle = theme.background;
  context.fillRect(Math.max(left, x), y - 10, width, 20);
  context.fillStyle = theme.error;
  context.font = `600 11px ${theme.font}`;
  context.textBaseline = 'middle';
  context.textAlign = 'left';
  context.fillText(text, Math.max(left, x) + 6, y);
}

/** Thin gaps between cells, where cells are large enough to spare them. */
function paintLines(context: CanvasRenderingContext2D, layout: HeatMapLayout, theme: Theme): void {
  const { left, top, cellWidth, cellHeight, layers, steps } = layout;
  context.strokeStyle = theme.background;
  context.lineWidth = 1;
  context.globalAlpha = 0.55;
  context.beginPath();
  if (cellWidth >= 6)
    for (let step = 1; step < steps; step += 1) {
      const x = Math.round(left + step * cellWidth) + 0.5;
      context.moveTo(x, top);
      context.lineTo(x, top + cellHeight * layers);
    }
  if (cellHeight >= 6)
    for (let index = 1; index < layers; index += 1) {
      const y = Math.round(top + index * cellHeight) + 0.5;
      context.moveTo(left, y);
      context.lineTo(left + cellWidth * steps, y);
    }
  context.stroke();
  context.globalAlpha = 1;
}

function paintLabels(context: CanvasRenderingContext2D, picture: HeatMapPicture, theme: Theme): void {
  const { layout, names, cursor, highlight } = picture;
  const stride = labelStride(layout, 13);
  context.font = `11px ${theme.font}`;
  context.textAlign = 'right';
  context.textBaseline = 'middle';
  const chosen = cursor.index ?? highlight;
  names.forEach((name, index) => {
    const isChosen = index === chosen;
    // The chosen layer always has its label; its neighbours make room.
    const crowded = chosen !== null && !isChosen && Math.abs(index - chosen) < stride;
    if (!isChosen && (index % stride !== 0 || crowded)) return;
    context.fillStyle = isChosen || index === highlight ? theme.foreground : theme.muted;
    const y = layout.top + (index + 0.5) * layout.cellHeight;
    context.fillText(shortened(context, name, layout.left - 10), layout.left - 6, y);
  });
}

/** The end of a qualified name tells layers apart, so the beginning is what goes. */
function shortened(context: CanvasRenderingContext2D, name: string, width: number): string {
  const key = `${context.font}/${width}/${name}`;
  const known = shortNames.get(key);
  if (known !== undefined) return known;
  // Names change with the model and widths while the panel is dragged: old entries are no loss.
  if (shortNames.size > 5_000) shortNames.clear();
  const short = cutToWidth(context, name, width);
  shortNames.set(key, short);
  return short;
}

/** Measuring text is the dearest part of a paint, and the same at every one. */
const shortNames = new Map<string, string>();

function cutToWidth(context: CanvasRenderingContext2D, name: string, width: number): string {
  if (context.measureText(name).width <= width) return name;
  let cut = name;
  while (cut.length > 1 && context.measureText(`…${cut}`).width > width) cut = cut.slice(1);
  return `…${cut}`;
}

function paintSteps(context: CanvasRenderingContext2D, layout: HeatMapLayout, theme: Theme): void {
  context.fillStyle = theme.muted;
  context.font = `11px ${theme.font}`;
  context.textBaseline = 'top';
  for (const { x, y, label, anchor } of stepLabels(layout)) {
    context.textAlign = anchor === 'start' ? 'left' : 'center';
    context.fillText(label, x, y);
  }
}

function paintCursors(context: CanvasRenderingContext2D, picture: HeatMapPicture, theme: Theme): void {
  const { layout, cursor, highlight } = picture;
  const { left, top, cellWidth, cellHeight, layers, steps } = layout;
  // A line in the paper's colour under the line keeps it visible on light and dark cells alike.
  const frame = (color: string, x: number, y: number, width: number, height: number, dash: number[] = []): void => {
    context.strokeStyle = theme.background;
    context.lineWidth = 3.5;
    context.setLineDash([]);
    context.strokeRect(x, y, width, height);
    context.strokeStyle = color;
    context.lineWidth = 1.5;
    context.setLineDash(dash);
    context.strokeRect(x, y, width, height);
    context.setLineDash([]);
  };
  const row = (index: number, dash?: number[]): void =>
    frame(theme.focus, left - 0.5, top + index * cellHeight - 0.5, cellWidth * steps + 1, cellHeight + 1, dash);
  if (highlight !== null) row(highlight, [4, 3]);
  if (cursor.index !== null) row(cursor.index);
  if (cursor.step >= 0)
    frame(theme.cursor, left + cursor.step * cellWidth - 0.5, top - 1, cellWidth + 1, cellHeight * layers + 2);
}
