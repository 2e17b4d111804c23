import { describe, expect, it } from 'vitest';
import type { LayerPrediction } from '../../core/signal/signal.ts';
import { createFrameworks } from '../../server/frameworks/all.ts';
import type { FunctionNode } from '../../server/syntax/ast.ts';
import { parsePython } from '../../server/syntax/python.ts';
import type { AnalyzeOptions, ModuleAnalysis } from '../../server/workspace/analysis.ts';
import { createAnalyzer } from '../../server/workspace/analyzer.ts';
import { createSourceCache } from '../../server/workspace/parse.ts';
import type { Workspace } from '../../server/workspace/workspace.ts';
import { readCases } from '../cases/cases.ts';
import { random } from '../random.ts';
import { breakings } from './breakings.ts';

const path = '/work/main.py';

describe('an analysis that keeps what a keystroke does not concern', () => {
  it.each([1, 2])('says after random edits what a fresh one says, seed %i', { timeout: 120_000 }, (seed) => {
    const draw = random(seed);
    const cases = readCases().filter(({ text }) => text.includes('import torch') && !text.includes('def main'));
    const taken = Array.from({ length: 7 }, (_, index) =>
      renamed(cases[Math.floor(draw() * cases.length)]?.text ?? '', index),
    );
    const world = createWorld({ [path]: `${taken.join('\n\n')}\n${shared}`, '/work/blocks.py': blocks });
    world.expectSame();
    for (let step = 0; step < 15; step++) {
      const before = world.files[path] ?? '';
      world.files[path] = edited(before, draw);
      world.expectSame();
      if (draw() < 0.7) continue;
      // Some of what is typed is taken back.
      world.files[path] = before;
      world.expectSame();
    }
  });

  it('evaluates a model again whose place among those that change what it reads is another one', () => {
    const counted = `class Counted(nn.Module):
    count = 0
    def __init__(self):
        super().__init__()
        Counted.count += 1
        self.fc = nn.Linear(4, 4)
    def forward(self, x):
        return self.fc(x)
`;
    const reading = `class Reading(nn.Module):
    def __init__(self):
        super().__init__()
        self.fc = nn.Linear(4, Counted.count + 1)
    def forward(self, x):
        return self.fc(x)
`;
    const world = createWorld({ [path]: `import torch.nn as nn\n${counted}${reading}` });
    world.expectSame();
    world.files[path] = `import torch.nn as nn\n${reading}${counted}`;
    world.expectSame();
  });

  it('sees what changed in an imported module', () => {
    const world = createWorld({ [path]: shared, '/work/blocks.py': blocks });
    expect(world.analyze().models.map(({ graph }) => graph.parameters[0]?.shape)).toContainEqual([16, 8]);
    world.files['/work/blocks.py'] = blocks.replace('8, 16', '8, 32');
    expect(world.analyze().models.map(({ graph }) => graph.parameters[0]?.shape)).toContainEqual([32, 8]);
    world.expectSame();
  });

  it('says after analyses that were cancelled anywhere what a fresh one says', { timeout: 60_000 }, () => {
    const busy = `table = []\nfor i in range(900):\n    table.append([i, i * i, i + len(table)])\n${blocks}\nWIDTH = len(table)\n`;
    const text = `${shared}\nfrom blocks import WIDTH as OTHER\nlast = nn.Linear(OTHER, 2)\n`;
    let questions = 0;
    createWorld({ [path]: text, '/work/blocks.py': busy }).analyze({ isCancelled: () => ++questions < 0 });
    let cancelled = 0;
    for (let allowed = 0; allowed < questions; allowed += Math.ceil(questions / 60)) {
      const world = createWorld({ [path]: text, '/work/blocks.py': busy });
      let asked = 0;
      if (world.analyze({ isCancelled: () => asked++ >= allowed }).partial !== undefined) cancelled++;
      world.expectSame();
    }
    expect(cancelled).toBeGreaterThan(40);
  });

  it('does not evaluate again the models that an edit does not concern', () => {
    const world = createWorld({
      [path]: `${shared}\n${blocks.replaceAll('Block', 'Other')}`,
      '/work/blocks.py': blocks,
    });
    const before = world.analyze();
    world.files[path] = (world.files[path] ?? '').replace('WIDTH = 8', 'WIDTH = 84');
    const after = world.analyze();
    const predictionOf = (analysis: ModuleAnalysis, name: string) =>
      analysis.models.find(({ graph }) => graph.name === name)?.prediction;
    expect(predictionOf(after, 'Other')).toBeDefined();
    expect(predictionOf(after, 'Other')).toBe(predictionOf(before, 'Other'));
    expect(predictionOf(after, 'model')).not.toBe(predictionOf(before, 'model'));
    world.expectSame();
    // Nor what is as it was before the edit.
    world.files[path] = (world.files[path] ?? '').replace('WIDTH = 84', 'WIDTH = 8');
    expect(predictionOf(world.analyze(), 'model')).toBe(predictionOf(before, 'model'));
    world.expectSame();
  });
});

describe('a reading that keeps what a text has in common with the one before', () => {
  it.each([1, 2, 3])('is the same as one from the start, seed %i', { timeout: 60_000 }, (seed) => {
    const draw = random(seed);
    const ways = Object.values(breakings);
    const marks = ['"""', "'", '(', ']', '\\\n', '\r\n', '@', '#', 'else', 'with a as b:\n', '1.', '%', '\ufeff'];
    const text = shuffled(readCases(), draw)
      .slice(0, 12)
      .map((one) => one.text)
      .join('\n');
    let before = { text, module: parsePython(text) };
    let kept = 0;
    for (let step = 0; step < 300; step++) {
      const lines = before.text.split('\n');
      const line = Math.floor(draw() * lines.length);
      const place = Math.floor(draw() * before.text.length);
      const mark = marks[Math.floor(draw() * marks.length)] ?? '';
      const cut = Math.floor(draw() * 2) * Math.floor(draw() * 90);
      lines[line] = ways[Math.floor(draw() * ways.length)]?.(lines[line] ?? '', draw()) ?? '';
      const next = [
        lines.join('\n'),
        edited(before.text, draw),
        before.text.slice(0, place) + mark + before.text.slice(place + cut),
      ][step % 3] as string;
      const module = parsePython(next, before.module);
      expect(plainTree(module)).toEqual(plainTree(parsePython(next)));
      kept += module.body.filter((statement) => before.module.body.includes(statement)).length;
      // Most edits are taken back, so that the text stays a program.
      if (draw() < 0.2) before = { text: next, module };
    }
    expect(kept).toBeGreaterThan(1000);
  });
});

const blocks = `
import torch.nn as nn

class Block(nn.Module):
    def __init__(self):
        super().__init__()
        self.fc = nn.Linear(8, 16)
    def forward(self, x):
        return self.fc(x).relu()
`;

/** Names, counters and registries that several classes share. */
const shared = `
import torch.nn as nn
from blocks import Block

WIDTH = 8
REGISTRY = {}
made = []

def register(cls):
    REGISTRY[cls.__name__] = cls
    return cls

def init(m):
    if isinstance(m, nn.Linear):
        nn.init.xavier_uniform_(m.weight)

@register
class Wide(nn.Module):
    def __init__(self, width=WIDTH):
        super().__init__()
        made.append(width)
        self.block = Block()
        self.out = nn.Linear(width, width * len(made))
        self.apply(init)
    def forward(self, x):
        return self.out(x).relu()

@register
class Counted(nn.Module):
    count = 0
    def __init__(self):
        super().__init__()
        Counted.count += 1
        self.layers = nn.Sequential(*[nn.Linear(4, 4) for _ in range(Counted.count + 1)])
    def forward(self, x):
        return self.layers(x)

class Chosen(nn.Module):
    def __init__(self):
        super().__init__()
        self.inner = REGISTRY['Wide'](4)
        self.count = nn.Linear(4, Counted.count + 1)
    def forward(self, x):
        return self.count(self.inner(x))

def build(depth=3):
    net = nn.Sequential(*[nn.Linear(WIDTH, WIDTH) for _ in range(depth)])
    net.apply(init)
    return net

model = build(2)
nn.init.zeros_(model[0].weight)

class Later(nn.Module):
    def __init__(self, width=4):
        super().__init__()
        self.fc = nn.Linear(width, WIDTH)
        nn.init.normal_(self.fc.weight, std=3 / width)
    def forward(self, x):
        return self.fc(x).relu()

later = Later()
later.apply(init)
`;

function createWorld(initial: Readonly<Record<string, string>>) {
  const files: Record<string, string> = { ...initial };
  const workspace = workspaceOf(files);
  const incremental = createAnalyzer(workspace, createFrameworks(), createSourceCache(workspace), true);
  const analyze = (options?: AnalyzeOptions) => incremental.analyze(path, options);
  return {
    files,
    analyze,
    expectSame() {
      const fresh = createAnalyzer(workspaceOf(files), createFrameworks()).analyze(path);
      expect(plain(analyze())).toEqual(plain(fresh));
    },
  };
}

function workspaceOf(files: Readonly<Record<string, string>>): Workspace {
  return {
    roots: ['/work'],
    searchPaths: [],
    read: (file) => (files[file] === undefined ? null : { text: files[file], version: files[file] }),
    isFile: (file) => files[file] !== undefined,
    isDirectory: () => false,
  };
}

function plain({ models, findings, notes }: ModuleAnalysis) {
  return {
    findings,
    notes,
    models: models.map(({ graph, prediction, facts }) => ({
      graph: { ...graph },
      facts,
      prediction: {
        ...prediction,
        layers: Array.from(prediction.layers, ([id, layer]) => [id, plainLayer(layer)]),
        deadParameters: [...prediction.deadParameters],
      },
    })),
  };
}

/** With what is in moved functions, which is only made when it is asked for. */
function plainTree(node: unknown): unknown {
  if (Array.isArray(node)) return node.map(plainTree);
  if (typeof node !== 'object' || node === null) return node;
  if (!('parameters' in node))
    return Object.fromEntries(Object.entries(node).map(([key, own]) => [key, plainTree(own)]));
  const { name, nameAt, parameters, body, decorators, isAsync, isArrow, isStatic, accessor, start, end } =
    node as FunctionNode;
  const given = parameters.map(({ target, annotation, default: own, kind, ...at }) => ({
    target: plainTree(target),
    annotation: plainTree(annotation),
    default: plainTree(own),
    kind,
    start: at.start,
    end: at.end,
  }));
  const parts = [given, ...[body, decorators].map(plainTree)];
  return { name, nameAt, parts, isAsync, isArrow, isStatic, accessor, start, end };
}

/** With all that is only predicted when it is asked for. */
function plainLayer({ signal, gradient, gain, relative, gradientOverTime, unitDiversity }: LayerPrediction) {
  const { mean, rms, inputStd, deadFraction, saturatedFraction } = signal;
  const told = { mean, rms, inputStd, deadFraction, saturatedFraction };
  return { signal: told, gradient, gain, relative, gradientOverTime, unitDiversity };
}

function shuffled<T>(items: readonly T[], draw: () => number): readonly T[] {
  return items
    .map((item) => ({ item, order: draw() }))
    .sort((left, right) => left.order - right.order)
    .map(({ item }) => item);
}

function renamed(text: string, index: number): string {
  const names = Array.from(text.matchAll(/^(?:class|def) (\w+)/gm), (match) => match[1] ?? '');
  return names.length === 0
    ? text
    : text.replace(new RegExp(`\\b(?:${names.join('|')})\\b`, 'g'), (name) => `${name}${index % 5}`);
}

/** One edit: a digit typed or deleted, a line removed, doubled or moved, a statement moved to another place, half a line. */
function edited(text: string, draw: () => number): string {
  const lines = text.split('\n');
  const line = Math.floor(draw() * lines.length);
  const column = Math.floor(draw() * (lines[line]?.length ?? 0));
  const kind = Math.floor(draw() * 8);
  const own = lines[line] ?? '';
  switch (kind) {
    case 0:
    case 1: {
      const digits = [...text.matchAll(/\d+(?=[,)])/g)];
      const at = digits[Math.floor(draw() * digits.length)]?.index ?? 0;
      return kind === 0 ? `${text.slice(0, at)}1${text.slice(at)}` : text.slice(0, at) + text.slice(at + 1);
    }
    case 2:
      lines.splice(line, 1);
      break;
    case 3:
      lines.splice(line, 0, own);
      break;
    case 4:
      lines[line] = own.slice(0, column);
      break;
    case 5:
      lines.splice(line, 0, '');
      break;
    case 6: {
      const pieces = text.split(/\n(?=\S)/);
      const [moved = ''] = pieces.splice(Math.floor(draw() * pieces.length), 1);
      pieces.splice(Math.floor(draw() * pieces.length), 0, moved);
      return pieces.join('\n');
    }
    default:
      lines[line] =
        `${own.slice(0, column)}${['(', ')', '"', ':', ' ', 'x'][Math.floor(draw() * 6)]}${own.slice(column)}`;
  }
  return lines.join('\n');
}
