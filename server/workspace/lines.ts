/** Offsets at which the lines of a text start; lines end in `\n`, `\r\n` or `\r`. */
export function lineStarts(text: string): readonly number[] {
  const starts = [0];
  for (const match of text.matchAll(/\r\n|\n|\r/g)) starts.push(match.index + match[0].length);
  return starts;
}

/** Zero-based line and UTF-16 character of an offset. */
export function positionAt(
  starts: readonly number[],
  offset: number,
): { readonly line: number; readonly character: number } {
  let low = 0;
  let high = starts.length - 1;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if ((starts[middle] ?? 0) <= offset) low = middle;
    else high = middle - 1;
  }
  return { line: low, character: Math.max(0, offset - (starts[low] ?? 0)) };
}
