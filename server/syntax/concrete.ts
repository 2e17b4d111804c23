import { Tree } from '@lezer/common';
import type { LRParser } from '@lezer/lr';
import type { Range } from './ast.ts';

/**
 * A node of a Lezer tree as a plain object, in offsets of the whole module. Error nodes are left out of `children`, except
 * for what they hold; `isError` marks a node that has an error directly inside, or one that is nested too deep to be read.
 */
export interface ConcreteNode extends Range {
  readonly name: string;
  readonly children: readonly ConcreteNode[];
  readonly isError: boolean;
}

/** Recursion over the tree stays far from the end of the stack (about 10,000 frames); no human nests this deep. */
const maxDepth = 400;

interface OpenNode {
  readonly name: string;
  readonly start: number;
  readonly children: ConcreteNode[];
  hasError: boolean;
}

export interface Concrete {
  readonly root: ConcreteNode;
  readonly errors: readonly Range[];
}

/** A parse that takes longer is ended where it stands: only hostile text (50,000 open quotes) gets here. */
const millisecondsAllowed = 1000;

/** Parses text that begins at `base` in the module `text`. Never throws, never hangs: what was not reached is an error. */
export function parseConcrete(parser: LRParser, piece: string, text: string, base: number): Concrete {
  const deadline = Date.now() + millisecondsAllowed;
  try {
    const parse = parser.startParse(piece);
    let tree = parse.advance();
    for (let steps = 0; tree === null; steps++) {
      if (steps % 256 === 0 && Date.now() > deadline && parse.stoppedAt === null) parse.stopAt(parse.parsedPos);
      tree = parse.advance();
    }
    return readTree(tree, text, base);
  } catch {
    // Lezer's recovery from errors is recursive.
    const { root } = readTree(Tree.empty, text, base);
    return { root, errors: [{ start: base, end: base + piece.length }] };
  }
}

/**
 * Copies a Lezer tree, without recursion. Skipped tokens (in error nodes) are dropped; where they stood is reported in
 * `errors`. `base` is the offset in `text` (the module's) of what was parsed. White space at a node's end is cut off: Lezer's
 * blocks take the newline after them.
 */
function readTree(tree: Tree, text: string, base: number): Concrete {
  const errors: Range[] = [];
  const open: OpenNode[] = [{ name: '', start: base, children: [], hasError: false }];
  let errorDepth = 0;
  let tooDeep = 0;
  tree.cursor().iterate(
    (node) => {
      const parent = open[open.length - 1];
      if (parent === undefined) return false;
      if (node.type.isError) {
        errors.push({ start: base + node.from, end: base + node.to });
        parent.hasError = true;
        errorDepth++;
        return true;
      }
      if (node.name.endsWith('Comment')) return false;
      if (errorDepth > 0) return false;
      if (open.length > maxDepth) {
        if (tooDeep === 0) errors.push({ start: base + node.from, end: base + node.to });
        parent.hasError = true;
        tooDeep++;
        return false;
      }
      open.push({ name: node.name, start: base + node.from, children: [], hasError: false });
      return true;
    },
    (node) => {
      if (node.type.isError) {
        errorDepth--;
        return;
      }
      const done = open.pop();
      if (done === undefined) return;
      let end = base + node.to;
      while (end > done.start && isSpace(text.charCodeAt(end - 1))) end--;
      open[open.length - 1]?.children.push({
        name: done.name,
        start: done.start,
        end,
        children: done.children,
        isError: done.hasError,
      });
    },
  );
  const root = open[0]?.children[0] ?? { name: 'Script', start: base, end: base, children: [], isError: true };
  return { root, errors };
}

/** Groups of nodes between commas; an empty group at the end (trailing comma) is dropped. */
export function splitAtCommas(nodes: readonly ConcreteNode[]): ConcreteNode[][] {
  const groups: ConcreteNode[][] = [[]];
  for (const node of nodes) {
    if (node.name === ',') groups.push([]);
    else groups[groups.length - 1]?.push(node);
  }
  if (groups[groups.length - 1]?.length === 0) groups.pop();
  return groups;
}

/** Children without the brackets around them. */
export function inside(node: ConcreteNode): ConcreteNode[] {
  return node.children.filter((child) => !/^[()[\]{}]$/.test(child.name));
}

export function rangeOf(nodes: readonly ConcreteNode[]): Range | null {
  const first = nodes[0];
  const last = nodes[nodes.length - 1];
  return first === undefined || last === undefined ? null : { start: first.start, end: last.end };
}

function isSpace(code: number): boolean {
  return code === 32 || code === 10 || code === 13 || code === 9;
}
