import { signal } from '@preact/signals';

/** Colours for canvas and plots, read from the page's style, where the editor's theme puts them. */
export interface Theme {
  readonly light: boolean;
  readonly foreground: string;
  readonly muted: string;
  readonly background: string;
  readonly grid: string;
  readonly empty: string;
  readonly cursor: string;
  readonly focus: string;
  readonly error: string;
  readonly font: string;
}

export const theme = signal<Theme>(readTheme());

/** Follows the editor's theme, which arrives as classes and variables on the page, and the system's. */
export function followTheme(): void {
  const update = (): void => {
    theme.value = readTheme();
  };
  const observer = new MutationObserver(update);
  observer.observe(document.documentElement, { attributes: true, attributeFilter: ['style', 'class'] });
  observer.observe(document.body, { attributes: true, attributeFilter: ['class', 'data-vscode-theme-id'] });
  matchMedia('(prefers-color-scheme: light)').addEventListener('change', update);
  update();
}

function readTheme(): Theme {
  const style = getComputedStyle(document.body);
  const color = (name: string): string => style.getPropertyValue(`--${name}`).trim();
  return {
    light: color('is-light') === '1',
    foreground: color('ink'),
    muted: color('muted'),
    background: color('paper'),
    grid: color('grid'),
    empty: color('empty'),
    cursor: color('ink'),
    focus: color('focus'),
    error: color('error'),
    font: style.fontFamily,
  };
}
