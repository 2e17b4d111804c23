import { residualAddAfter } from '../graph/queries.ts';
import { thresholdsOf } from './effect.ts';
import { explainedBy } from './explained.ts';
import { type Finding, noEffect, type Remedy } from './finding.ts';
import { byPlace, type Place } from './places.ts';
import { report, reportModel } from './report.ts';
import { type ResidualStream, residualStreams } from './residual-stream.ts';
import type { Rule, RuleContext } from './rule.ts';
import { chosenWeights, trainedWeights, type WeightSite } from './weight-site.ts';
import { formatNumber, nameLayers } from './wording.ts';

/**
 * Every residual branch adds its variance to the stream. 1/√(2L) on the matrices that write into it keeps the sum bounded (Radford et
 * al. 2019; Zhang et al. 2019, Fixup); on other matrices it does nothing of the kind.
 */
export const residualDepthScale: Rule = {
  id: 'residual-depth-scale',
  title: 'Residual branches that are not scaled by depth, or a depth scale on the wrong matrices',
  check(context, earlier) {
    const streams = residualStreams(context.graph);
    return [...growing(streams, context, earlier), ...misaimed(streams, context)];
  },
};

function growing(
  streams: readonly ResidualStream[],
  context: RuleContext,
  earlier: readonly Finding[],
): readonly Finding[] {
  const { warning, information } = thresholdsOf(context).stream;
  const isExplained = explainedBy(earlier);
  return streams.flatMap((stream): readonly Finding[] => {
    const growth = growthOf(stream, context);
    if (growth === null || growth < information) return [];
    const ends = new Set(stream.ends);
    const [first, ...rest] = trainedWeights(context).filter(({ layer }) => ends.has(layer));
    if (first === undefined || [first, ...rest].some(isExplained)) return [];
    const place: Place = [first, ...rest];
    const severity = growth > warning ? 'warning' : 'information';
    const message = () => describeGrowth(stream, growth, first);
    const effect = { ...noEffect, signal: growth, gradientRatio: growth };
    const remedies = [scaleBranches(place, stream.sums.length)];
    const what = { rule: 'residual-depth-scale', severity, message, worst: first, effect, remedies } as const;
    return [first.isChosen ? report(context, place, what) : reportModel(context, place, what)];
  });
}

/** From the first sum to the last: how many times the stream became larger. */
function growthOf({ sums }: ResidualStream, { prediction }: RuleContext): number | null {
  if (sums.length < 3) return null;
  const [first, last] = [sums[0], sums.at(-1)].map((sum) => prediction.layers.get(sum?.id ?? -1)?.signal.rms);
  return first === undefined || first === null || first === 0 || last === undefined || last === null
    ? null
    : last / first;
}

function describeGrowth({ sums, ends }: ResidualStream, growth: number, first: WeightSite): string {
  const last = ends.at(-1)?.name ?? first.layer.name;
  const factor = growth ** (1 / (sums.length - 1));
  const perBlock = factor < 2 ? `by ${formatNumber(100 * (factor - 1))} %` : `${formatNumber(factor)} times`;
  return `${sums.length} residual branches without normalization or a scale of depth add to one stream: it grows ${perBlock} per block and ${formatNumber(growth)} times from ${first.layer.name} to ${last}, and so does the gradient on its way back.`;
}

function scaleBranches(place: Place, blocks: number): Remedy {
  return { kind: 'scaleBranches', parameters: place.map(({ parameter }) => parameter.id), blocks, preferred: true };
}

/** A std that is another weight's over √L or √(2L), on matrices of which none ends a branch. */
function misaimed(streams: readonly ResidualStream[], context: RuleContext): readonly Finding[] {
  const blocks = Math.max(0, ...streams.map(({ sums }) => sums.length));
  if (blocks < 4) return [];
  const sites = chosenWeights(context).filter(({ layer, isHead }) => layer.op.kind === 'dense' && !isHead);
  const places = byPlace(sites);
  return places.flatMap((place) => {
    const scale = depthScaleOf(place, sites, blocks);
    if (scale === null || place.some(({ layer }) => writesIntoStream(layer, context))) return [];
    const [worst] = place;
    const remedies: readonly Remedy[] = [
      {
        kind: 'replaceInitializer',
        parameter: worst.parameter.id,
        target: { scheme: 'normal', std: scale.base },
        preferred: true,
      },
    ];
    const message = () =>
      `A standard deviation of ${formatNumber(worst.initializer.std ?? 0)} is ${formatNumber(scale.base)}/${scale.name}, the scale for matrices that write into the residual stream; these do not (${nameLayers(worst, place)}).`;
    return [
      report(context, place, { rule: 'residual-depth-scale', severity: 'information', message, worst, remedies }),
    ];
  });
}

function writesIntoStream(layer: WeightSite['layer'], { graph }: RuleContext): boolean {
  return residualAddAfter(graph, layer) !== null;
}

/** All of the place alike, and smaller than the most common std by just that factor. */
function depthScaleOf(
  place: Place,
  all: readonly WeightSite[],
  blocks: number,
): { readonly base: number; readonly name: string } | null {
  const [first] = place;
  const { std, scheme } = first.initializer;
  const base = mostCommonStd(all);
  if (scheme !== 'fixed' || std === null || std === 0 || base === null || place.length < 2) return null;
  if (place.some(({ initializer }) => initializer.std !== std)) return null;
  // A stream has two branches per layer in a transformer, one in a ResNet.
  const layers = blocks / 2;
  const factors = [
    { name: `√(2 · ${layers})`, value: Math.sqrt(blocks) },
    { name: `√${layers}`, value: Math.sqrt(layers) },
    { name: `√(2 · ${blocks})`, value: Math.sqrt(2 * blocks) },
  ];
  const found = factors.find(({ value }) => Math.abs(base / std / value - 1) < 1e-3);
  return found === undefined ? null : { base, name: found.name };
}

function mostCommonStd(sites: readonly WeightSite[]): number | null {
  const counts = new Map<number, number>();
  for (const { initializer } of sites) {
    if (initializer.scheme === 'fixed' && initializer.std !== null) {
      counts.set(initializer.std, (counts.get(initializer.std) ?? 0) + 1);
    }
  }
  const [most] = [...counts].sort((a, b) => b[1] - a[1] || b[0] - a[0]);
  return most?.[0] ?? null;
}
