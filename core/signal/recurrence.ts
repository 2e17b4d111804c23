import type { Op } from '../graph/op.ts';
import { curveAt } from './curve.ts';
import { type Dual, dualOf } from './dual.ts';
import type { Kernel } from './kernel.ts';
import { accumulate, atLag, type Keep, type TwoTime } from './two-time.ts';

type Recurrent = Extract<Op, { kind: 'recurrent' }>;

/** Steps that are followed one by one, at most; a longer sequence has settled by then. */
const followedSteps = 64;
/** And at least. */
const fewestSteps = 16;

/** One direction of one layer: what its mean field needs to know. */
export interface Recurrence {
  readonly cell: Recurrent['cell'];
  readonly activation: Recurrent['activation'];
  readonly steps: number;
  readonly input: { readonly total: Kernel; readonly shared: Kernel };
  /** Var w · fan of the input's and of the recurrent weights. */
  readonly inputEnergy: number;
  readonly hiddenEnergy: number;
  readonly bias: Bias;
  readonly recurrentBias: Bias;
}

/** Moments of a bias over all gates. */
interface Bias {
  readonly second: number;
  readonly mean: number;
}

/** What every gate gets: a mean, one more at the forget gate, and a variance. */
interface GateBias {
  readonly mean: number;
  readonly forget: number;
  readonly variance: number;
}

/**
 * Where a bias has a mean but deviates from it by more than √3 times that, a quarter of it has all of the mean: the forget gate
 * of an LSTM (Gers et al. 2000; Jozefowicz et al. 2015).
 */
function gateBias(cell: Recurrent['cell'], { mean, second }: Bias): GateBias {
  const forget = 4 * mean;
  const left = second - (forget * forget) / 4;
  return cell === 'lstm' && mean !== 0 && left >= -1e-9
    ? { mean: 0, forget, variance: Math.max(left, 0) }
    : { mean, forget: 0, variance: Math.max(second - mean * mean, 0) };
}

/** Covariances over time of one input (`total`) or of two different ones (`shared`). */
export interface Chain {
  /** Before the gates, and before the candidate's tanh. */
  readonly gates: TwoTime;
  readonly candidate: TwoTime;
  /** What is kept from step to step: the LSTM's cell, else the hidden state itself. */
  readonly state: TwoTime;
  readonly hidden: TwoTime;
}

/** The functions of one step, at the variances that meet them there. */
interface StepDuals {
  readonly gate: Dual;
  /** The forget gate, or the GRU's update gate. */
  readonly keep: Dual;
  readonly candidate: Dual;
  /** tanh of the cell. */
  readonly output: Dual;
}

/** What happens over the steps that are followed. */
export interface History {
  readonly of: Recurrence;
  readonly total: Chain;
  readonly shared: Chain;
  readonly duals: readonly StepDuals[];
}

/**
 * The mean field of a recurrent layer with the same weights at every step (Chen, Pennington & Schoenholz 2018), for pairs of
 * steps: W h_t and W h_t' are as alike as h_t and h_t'.
 */
export function unroll(of: Recurrence): History {
  const total = emptyChain();
  const shared = emptyChain();
  const duals: StepDuals[] = [];
  const bias = biasOf(of);
  let settled = Number.POSITIVE_INFINITY;
  // As far again after it has settled, for pairs of steps that have both.
  for (let n = 0; n < Math.min(of.steps, followedSteps) && n < Math.max(2 * settled, fewestSteps); n++) {
    const before = duals[n - 1];
    beforeGates(of, total, of.input.total, n);
    beforeGates(of, shared, of.input.shared, n);
    const gate = dual('sigmoid', total.gates, n, before?.gate, bias.mean);
    const keep = bias.forget === 0 ? gate : dual('sigmoid', total.gates, n, before?.keep, bias.forget);
    beforeCandidate(of, total, gate, total.gates, n);
    beforeCandidate(of, shared, gate, total.gates, n);
    const fn = of.cell === 'rnn' ? of.activation : 'tanh';
    const candidate = dual(fn, total.candidate, n, before?.candidate, bias.mean);
    const at = { gate, keep, candidate };
    advance(of, total, total, at, n);
    advance(of, shared, total, at, n);
    const output = of.cell === 'lstm' ? dual('tanh', total.state, n, before?.output, 0) : candidate;
    duals.push({ ...at, output });
    expose(of, total, total, { ...at, output }, n);
    expose(of, shared, total, { ...at, output }, n);
    if (n > 0 && hasSettled(total, n) && hasSettled(shared, n)) settled = Math.min(settled, n);
  }
  return { of, total, shared, duals };
}

function hasSettled({ state, hidden }: Chain, n: number): boolean {
  return [state, hidden].every((rows) => Math.abs(at(rows, n, 0) - at(rows, n - 1, 0)) <= 1e-4 * at(rows, n, 0));
}

function emptyChain(): Chain {
  return { gates: [], candidate: [], state: [], hidden: [] };
}

/** The dual kernels at a step's variance; those of the step before where it has settled. */
function dual(fn: 'sigmoid' | 'tanh' | 'relu', rows: TwoTime, n: number, before: Dual | undefined, mean: number): Dual {
  const variance = at(rows, n, 0);
  const earlier = at(rows, n - 1, 0);
  if (before !== undefined && Math.abs(variance - earlier) < 1e-6 * variance) return before;
  return dualOf(fn, undefined, mean, variance);
}

/** Covariance of steps n and n - d; 0 before the first step. */
export function at(rows: TwoTime, n: number, d: number): number {
  return rows[n]?.[d] ?? 0;
}

/** Correlation of steps n and n - d by the variances of one input. */
export function correlation(rows: TwoTime, variances: TwoTime, n: number, d: number): number {
  const product = at(variances, n, 0) * at(variances, n - d, 0);
  return product <= 0 ? 1 : at(rows, n, d) / Math.sqrt(product);
}

function everyLag(n: number, value: (d: number) => number): Float64Array {
  const row = new Float64Array(n + 1);
  for (let d = 0; d <= n; d++) row[d] = value(d);
  return row;
}

function biasOf({ cell, bias, recurrentBias }: Recurrence): GateBias {
  const [a, b] = [gateBias(cell, bias), gateBias(cell, recurrentBias)];
  return { mean: a.mean + b.mean, forget: a.forget + b.forget, variance: a.variance + b.variance };
}

function beforeGates(of: Recurrence, chain: Chain, input: Kernel, n: number): void {
  const bias = biasOf(of).variance;
  chain.gates.push(
    everyLag(n, (d) => of.inputEnergy * atLag(input, d) + of.hiddenEnergy * at(chain.hidden, n - 1, d) + bias),
  );
}

/** The GRU's reset gate takes a part of what the hidden state says to the candidate. */
function beforeCandidate(of: Recurrence, chain: Chain, gate: Dual, variances: TwoTime, n: number): void {
  if (of.cell !== 'gru') {
    chain.candidate.push(chain.gates[n] ?? new Float64Array(0));
    return;
  }
  chain.candidate.push(
    everyLag(n, (d) => {
      const reset = curveAt(gate.value, correlation(chain.gates, variances, n, d));
      const hidden = of.hiddenEnergy * at(chain.hidden, n - 1, d) + of.recurrentBias.second;
      return at(chain.gates, n, d) - (1 - reset) * hidden;
    }),
  );
}

/** LSTM: c = f c + i g. GRU: h = z h + (1 - z) g. RNN: h = g. */
function advance(of: Recurrence, chain: Chain, total: Chain, duals: Omit<StepDuals, 'output'>, n: number): void {
  const { gate, keep, candidate } = duals;
  const source = everyLag(n, (d) => {
    const proposed = curveAt(candidate.value, correlation(chain.candidate, total.candidate, n, d));
    if (of.cell === 'rnn') return proposed;
    const open = curveAt(gate.value, correlation(chain.gates, total.gates, n, d));
    return (of.cell === 'lstm' ? open : 1 - 2 * gate.mean + open) * proposed;
  });
  accumulate(chain.state, keepOf(of, chain, total, keep, n), source);
}

/** What of the state goes on to the next step: the forget gate, or the GRU's update gate. */
export function keepOf(of: Recurrence, chain: Chain, total: Chain, gate: Dual, n: number): Keep {
  if (of.cell === 'rnn') return { mean: 0, second: 0 };
  return { mean: gate.mean, second: curveAt(gate.value, correlation(chain.gates, total.gates, n, 0)) };
}

function expose(of: Recurrence, chain: Chain, total: Chain, { gate, output }: StepDuals, n: number): void {
  if (of.cell !== 'lstm') {
    chain.hidden.push(chain.state[n] ?? new Float64Array(0));
    return;
  }
  chain.hidden.push(
    everyLag(n, (d) => {
      const open = curveAt(gate.value, correlation(chain.gates, total.gates, n, d));
      return open * curveAt(output.value, correlation(chain.state, total.state, n, d));
    }),
  );
}
