import { scale } from '@observablehq/plot';
import type { VariantName } from '../../core/probe/request.ts';

export type Rgb = readonly [number, number, number];

const shades = 256;

/** Viridis: even in lightness, told apart by colour-blind people and in grey. */
const table: readonly Rgb[] = (() => {
  const color = scale({ color: { type: 'linear', scheme: 'viridis', domain: [0, shades - 1] } });
  return Array.from({ length: shades }, (_, k) => parseColor(String(color.apply(k))));
})();

/** The colour of a position from 0 to 1. */
export function shade(position: number): Rgb {
  // Positions are clamped to [0, 1] where they are made, and the table is never empty.
  return table[Math.round(position * (shades - 1))] as Rgb;
}

export function css([red, green, blue]: Rgb): string {
  return `rgb(${red}, ${green}, ${blue})`;
}

/** Okabe and Ito's palette, told apart by colour-blind people; darker on light backgrounds, to stand out by 3:1. */
const onDark: Readonly<Record<VariantName, string>> = {
  'as-written': '#e69f00',
  he: '#56b4e9',
  xavier: '#cc79a7',
  lecun: '#00b384',
  orthogonal: '#b58cff',
  default: '#d5d5d5',
  zeros: '#e8703a',
  normal: '#f0e442',
  lsuv: '#7fd4c1',
};

const onLight: Readonly<Record<VariantName, string>> = {
  'as-written': '#a86a00',
  he: '#0072b2',
  xavier: '#a64d82',
  lecun: '#007a5a',
  orthogonal: '#6a3fc4',
  default: '#5f5f5f',
  zeros: '#b83c00',
  normal: '#7a7000',
  lsuv: '#2a7f6f',
};

export function variantColor(variant: VariantName, light: boolean): string {
  return (light ? onLight : onDark)[variant];
}

function parseColor(text: string): Rgb {
  const hex = /^#(..)(..)(..)$/.exec(text);
  if (hex) return [hex[1], hex[2], hex[3]].map((part) => Number.parseInt(part ?? '0', 16)) as unknown as Rgb;
  const [red = 0, green = 0, blue = 0] = (text.match(/[\d.]+/g) ?? []).map(Number);
  return [red, green, blue];
}
