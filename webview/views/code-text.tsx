/** Text in which what stands between backticks is code. Numbers do not break at the sign of their exponent. */
export function CodeText({ text }: { readonly text: string }) {
  return (
    <>
      {text
        .replaceAll(/(?<=\de)-(?=\d)/g, '\u2011')
        .split('`')
        .map((part, k) => (k % 2 === 1 ? <code key={k}>{part}</code> : part))}
    </>
  );
}
