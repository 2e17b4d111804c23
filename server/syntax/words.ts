/** What is longer is no name. */
const longest = 48;
const capacity = 200_000;

let words: Record<string, string> = Object.create(null);
let count = 0;

/**
 * A piece of the text; the same name is the same string everywhere. Names are looked up far more often than read, and strings that
 * are keys of an object are found by identity: a twentieth of an analysis.
 */
export function wordIn(text: string, start: number, end: number): string {
  const word = text.slice(start, end);
  if (word.length > longest) return word;
  const known = words[word];
  if (known !== undefined) return known;
  if (count++ > capacity) {
    words = Object.create(null);
    count = 0;
  }
  words[word] = word;
  return word;
}
