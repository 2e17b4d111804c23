/** A half-open range of UTF-16 offsets in the text of one module (for a notebook: in its cells joined by newlines). */
export interface Span {
  readonly path: string;
  readonly start: number;
  readonly end: number;
}

export function spanContains(span: Span, path: string, offset: number): boolean {
  return span.path === path && span.start <= offset && offset <= span.end;
}
