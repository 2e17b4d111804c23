/** Text in which what stands between backticks is code. */
export function CodeText({ text }: { readonly text: string }) {
  return <>{text.split('`').map((part, k) => (k % 2 === 1 ? <code key={k}>{part}</code> : part))}</>;
}
