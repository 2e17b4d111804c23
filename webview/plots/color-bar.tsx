import { formatNumber } from '../../core/probe/numbers.ts';
import { css, shade } from './colors.ts';
import { type Domain, position, ticks } from './domain.ts';

const height = 168;
const stops = 24;

/** What the heat map's colours stand for. */
export function ColorBar({ domain, hasZero }: { readonly domain: Domain; readonly hasZero: boolean }) {
  return (
    <svg class="color-bar" width="62" height={height + 40} aria-hidden="true">
      {Array.from({ length: stops }, (_, k) => (
        <rect
          key={k}
          x="6"
          width="10"
          y={8 + (height * (stops - 1 - k)) / stops}
          height={height / stops + 0.5}
          fill={css(shade(k / (stops - 1)))}
        />
      ))}
      {ticks(domain, 5).map((value) => (
        <text key={value} x="21" y={12 + height * (1 - position(domain, value))}>
          {formatNumber(value)}
        </text>
      ))}
      {hasZero && (
        <>
          <rect class="zero-swatch" x="6.5" y={height + 16.5} width="9" height="9" />
          <text x="21" y={height + 25}>
            0
          </text>
        </>
      )}
    </svg>
  );
}
