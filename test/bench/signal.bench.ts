/**
 * What reading and predicting a ResNet-50 costs, warm, beside one forward pass of PyTorch in the same run:
 * `npm run bench -- signal`. Evaluation is all that the analyzer does from the text on, propagation is a part of it.
 */
import { execFileSync } from 'node:child_process';
import process from 'node:process';
import { propagate } from '../../core/signal/propagate.ts';
import type { Prediction } from '../../core/signal/signal.ts';
import { createFrameworks } from '../../server/frameworks/all.ts';
import { createAnalyzer } from '../../server/workspace/analyzer.ts';
import { createDiskWorkspace } from '../../server/workspace/disk.ts';
import { ensureSystem, pytorch, systemPython } from '../system.ts';

if (ensureSystem([pytorch]).length > 0) process.exit(2);

const forward = `
import json, time, torch, torchvision
torch.set_num_threads(1)
model = torchvision.models.resnet50().train()
times = {}
for batch, repeats in ((1, 5), (32, 2)):
    images = torch.randn(batch, 3, 224, 224)
    with torch.no_grad():
        best = 1e9
        for _ in range(repeats):
            start = time.perf_counter()
            model(images)
            best = min(best, time.perf_counter() - start)
    times[batch] = 1000 * best
print(json.dumps([torchvision.models.resnet.__file__, times[1], times[32]]))
`;
const [path, single, batch] = JSON.parse(execFileSync(systemPython, ['-c', forward], { encoding: 'utf8' })) as [
  string,
  number,
  number,
];

const root = path.slice(0, path.indexOf('/torchvision/'));
const analyzer = createAnalyzer(createDiskWorkspace({ roots: [root], searchPaths: [] }), createFrameworks());
const options = { symbol: 'resnet50', arguments: { weights: null }, inputs: [[32, 3, 224, 224]] };
const graph = analyzer.analyze(path, options).models[0]?.graph;
if (graph === undefined) throw new Error('no graph');

const whole = timesOf(() => analyzer.analyze(path, options));
const alone = timesOf(() => everything(propagate({ ...graph })));
print('evaluation, propagation, rules', whole);
print('propagation alone', alone);
console.log(
  `one forward pass of PyTorch, one thread  ${single.toFixed(0)} ms (1 image), ${batch.toFixed(0)} ms (32 images)`,
);
console.log(
  `evaluation and propagation are ×${(whole.best / single).toFixed(3)} and ×${(whole.best / batch).toFixed(4)} of that`,
);

/** A prediction is only made as far as somebody asks. */
function everything({ layers, gradientRatio }: Prediction): unknown {
  const asked = Array.from(layers.values(), ({ signal, gradient, relative }) => [
    signal.deadFraction,
    gradient,
    relative,
  ]);
  return [asked, gradientRatio];
}

/** Milliseconds after warming up. */
function timesOf(run: () => unknown): { readonly median: number; readonly best: number } {
  for (let i = 0; i < 30; i++) run();
  const times = Array.from({ length: 60 }, () => {
    const start = performance.now();
    run();
    return performance.now() - start;
  }).toSorted((a, b) => a - b);
  return { median: times[30] ?? Number.NaN, best: times[0] ?? Number.NaN };
}

function print(name: string, { median, best }: { readonly median: number; readonly best: number }): void {
  console.log(`${name.padEnd(40)} ${median.toFixed(1)} ms (median of 60), ${best.toFixed(1)} ms (best)`);
}
