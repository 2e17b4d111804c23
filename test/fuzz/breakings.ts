/** What may stand on a line while somebody types: each takes a line and a draw in [0, 1), and gives what stands there then. */
export const breakings: Readonly<Record<string, (line: string, draw: number) => string>> = {
  'an open parenthesis at the end': (line) => `${line}(`,
  'an open bracket at the end': (line) => `${line}[`,
  'an open brace at the end': (line) => `${line}{`,
  'a closed parenthesis at the end': (line) => `${line})`,
  'a closed bracket at the end': (line) => `${line}]`,
  'a closed brace at the end': (line) => `${line}}`,
  'an open parenthesis at the start': (line) => indented(line, (code) => `(${code}`),
  'a closed parenthesis at the start': (line) => indented(line, (code) => `)${code}`),
  'an open parenthesis inside': (line, draw) => inserted(line, draw, '('),
  'a closed bracket inside': (line, draw) => inserted(line, draw, ']'),
  'a quote at the end': (line) => `${line}'`,
  'a double quote at the end': (line) => `${line}"`,
  'a quote inside': (line, draw) => inserted(line, draw, "'"),
  'a double quote inside': (line, draw) => inserted(line, draw, '"'),
  'three quotes at the end': (line) => `${line}"""`,
  'three quotes at the start': (line) => indented(line, (code) => `"""${code}`),
  'three single quotes at the end': (line) => `${line}'''`,
  'a cut line': (line, draw) => line.slice(0, Math.floor(draw * line.length)),
  'a cut code': (line, draw) => indented(line, (code) => code.slice(0, Math.floor(draw * code.length))),
  'no first half': (line, draw) => indented(line, (code) => code.slice(Math.floor(draw * code.length))),
  'an empty line': () => '',
  'a stray dedent': (line) => line.trimStart(),
  'one space less': (line) => line.replace(/^ /, ''),
  'one space more': (line) => ` ${line}`,
  'four spaces more': (line) => `    ${line}`,
  'a tab before it': (line) => `\t${line}`,
  'a half-typed call': (line) => indented(line, () => 'self.layer = nn.Linear(3, '),
  'a half-typed call with a list': (line) => indented(line, () => 'self.layers = nn.Sequential([nn.Linear(3, 4), '),
  'a half-typed attribute': (line) => indented(line, () => 'self.'),
  'a half-typed assignment': (line) => indented(line, () => 'x ='),
  'a half-typed definition': (line) => indented(line, () => 'def forward(self, '),
  'a half-typed class': (line) => indented(line, () => 'class New(nn.'),
  'a half-typed condition': (line) => indented(line, () => 'if x and'),
  'a half-typed import': (line) => indented(line, () => 'from torch import ('),
  'a half-typed format string': (line) => indented(line, () => 'x = f"{self.'),
  'a half-typed dictionary': (line) => indented(line, () => 'x = {"a": 1, "b":'),
  'a half-typed lambda': (line) => indented(line, () => 'f = lambda x'),
  'no colons': (line) => line.replaceAll(':', ''),
  'no closing brackets': (line) => line.replace(/[)\]}]/g, ''),
  'a backslash at the end': (line) => `${line}\\`,
};

function indented(line: string, change: (code: string) => string): string {
  const code = line.trimStart();
  return line.slice(0, line.length - code.length) + change(code);
}

function inserted(line: string, draw: number, text: string): string {
  const at = Math.floor(draw * (line.length + 1));
  return line.slice(0, at) + text + line.slice(at);
}
