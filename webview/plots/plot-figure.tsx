import { type Plot, type PlotOptions, plot } from '@observablehq/plot';
import { useLayoutEffect, useRef } from 'preact/hooks';
import type { Theme } from '../theme.ts';
import { useWidth } from '../views/use-width.ts';

export type DrawnPlot = (SVGSVGElement | HTMLElement) & Plot;

interface PlotFigureProps {
  readonly label: string;
  readonly options: (width: number) => PlotOptions;
  readonly onPick?: (drawn: DrawnPlot, x: number, y: number) => void;
}

/** A plot that fills the width it gets and is drawn again whenever its options are. */
export function PlotFigure({ label, options, onPick }: PlotFigureProps) {
  const holder = useRef<HTMLDivElement>(null);
  const drawn = useRef<DrawnPlot | null>(null);
  const width = useWidth(holder);
  // Asked for here and not in the effect, so that what they read (the theme) draws the plot again when it changes.
  const chosen = width === 0 ? null : options(width);
  useLayoutEffect(() => {
    if (chosen === null) return;
    drawn.current = drawPlot(chosen);
    holder.current?.replaceChildren(drawn.current);
  });
  const pick = (event: MouseEvent): void => {
    const box = drawn.current?.getBoundingClientRect();
    if (box && drawn.current) onPick?.(drawn.current, event.clientX - box.left, event.clientY - box.top);
  };
  return (
    // The same choice can be made by keyboard in the heat map and the table; the plot itself is a picture.
    // biome-ignore lint/a11y/useKeyWithClickEvents: see above
    <div ref={holder} class="plot" role="img" aria-label={label} onClick={onPick ? pick : undefined} />
  );
}

/**
 * Plot brings a style element for each figure, which the page's content policy refuses (`style.css` has the same rules), and
 * labels on groups that have no role, which readers may not announce (the figure around it is labelled).
 */
export function drawPlot(options: PlotOptions): DrawnPlot {
  const figure = plot(options);
  for (const style of figure.querySelectorAll('style')) style.remove();
  for (const group of figure.querySelectorAll('g[aria-label]')) group.removeAttribute('aria-label');
  return figure;
}

/** What all plots of the panel share. */
export function plotDefaults(theme: Theme): PlotOptions {
  return {
    className: 'initscope-plot',
    style: { background: 'transparent', color: theme.muted, fontSize: '11px', fontFamily: theme.font },
  };
}
