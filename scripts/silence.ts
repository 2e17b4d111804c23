/**
 * npm run silence [-- torchvision | timm | transformers | FOLDER …] [--hints] [--seconds 5]
 *
 * What the rules say about sources that experts wrote: every finding from information up with its place and message, then a line
 * per rule and severity, and per 1,000 lines. The verdicts stand in `docs/silence.md`.
 */
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';

import { parseArgs } from 'node:util';
import { type Finding, severities } from '../core/rules/finding.ts';
import { collectFiles } from '../server/cli/files.ts';
import { createLocate } from '../server/cli/location.ts';
import { createFrameworks } from '../server/frameworks/all.ts';
import { createAnalyzer } from '../server/workspace/analyzer.ts';
import { isAtLeast } from '../server/workspace/configuration.ts';
import { createDiskWorkspace } from '../server/workspace/disk.ts';
import { folderOf, modelCollections } from '../test/oracle/python-packages.ts';

/** Files per analyzer, so that what was imported does not pile up. */
const filesPerAnalyzer = 100;

interface Scan {
  readonly findings: readonly Finding[];
  readonly lines: number;
  readonly files: number;
  readonly models: number;
}

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { hints: { type: 'boolean' }, seconds: { type: 'string', default: '5' } },
});
const minimum = values.hints === true ? 'hint' : 'information';
const scans = (positionals.length === 0 ? ['torchvision', 'timm', 'transformers'] : positionals).map((name) => {
  const scan = scanFolder(folderNamed(name));
  printSummary(name, scan);
  return scan;
});
if (scans.length > 1) {
  const sum = (of: (scan: Scan) => number) => scans.reduce((total, scan) => total + of(scan), 0);
  const findings = scans.flatMap((scan) => scan.findings);
  const [lines, files, models] = [sum((s) => s.lines), sum((s) => s.files), sum((s) => s.models)];
  printSummary('all', { findings, lines, files, models });
}

/** A collection by its name, Debian's torchvision with it, or any folder. */
function folderNamed(name: string): string {
  if (name === 'torchvision') return '/usr/lib/python3/dist-packages/torchvision';
  return name.includes(path.sep) ? path.resolve(name) : path.join(folderOf(modelCollections), name);
}

/** The folder that the outermost package lies in. */
function importRootOf(folder: string): string {
  let at = folder;
  while (existsSync(path.join(at, '__init__.py'))) at = path.dirname(at);
  return at === folder ? path.dirname(folder) : at;
}

function scanFolder(folder: string): Scan {
  const root = importRootOf(folder);
  const found: Finding[] = [];
  let [lines, models] = [0, 0];
  const files = collectFiles([folder]);
  for (let start = 0; start < files.length; start += filesPerAnalyzer) {
    const workspace = createDiskWorkspace({ roots: [root], searchPaths: [] });
    const analyzer = createAnalyzer(workspace, createFrameworks());
    const locate = createLocate(workspace, root);
    for (const file of files.slice(start, start + filesPerAnalyzer)) {
      const analysis = analyzer.analyze(file, { milliseconds: 1000 * Number(values.seconds) });
      lines += readFileSync(file, 'utf8').split('\n').length;
      models += analysis.models.length;
      for (const finding of analysis.findings.filter(({ severity }) => isAtLeast(severity, minimum))) {
        found.push(finding);
        const { path: place, start: at } = locate(finding.at);
        const { severity, rule, model, message } = finding;
        console.log(`${place}:${at.line}:${at.column} ${severity} ${rule} [${model}] ${message}`);
      }
    }
  }
  return { findings: found, lines, files: files.length, models };
}

function printSummary(name: string, { findings, lines, files, models }: Scan): void {
  console.log(`\n${name}: ${files} files, ${lines} lines, ${models} models`);
  for (const severity of severities.toReversed()) {
    const counts = new Map<string, number>();
    const ofSeverity = findings.filter((finding) => finding.severity === severity);
    for (const { rule } of ofSeverity) counts.set(rule, (counts.get(rule) ?? 0) + 1);
    for (const [rule, count] of [...counts].sort()) printRow(severity, rule, count, lines);
    if (ofSeverity.length > 0) printRow(severity, 'all rules', ofSeverity.length, lines);
  }
  console.log('');
}

function printRow(severity: string, rule: string, count: number, lines: number): void {
  const rate = ((1000 * count) / lines).toFixed(4);
  console.log(
    `  ${severity.padEnd(12)} ${rule.padEnd(24)} ${String(count).padStart(6)} ${rate.padStart(9)} per 1,000 lines`,
  );
}
