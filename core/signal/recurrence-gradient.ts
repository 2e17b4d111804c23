import { curveAt } from './curve.ts';
import type { Dual } from './dual.ts';
import { at, type Chain, correlation, type History, keepOf } from './recurrence.ts';
import { accumulate, largestLag, type TwoTime } from './two-time.ts';

/** Where the gradient comes from: covariance of what reaches steps t and t + d from above, `m` steps before the last one. */
export type Arriving = (m: number, d: number) => number;

/**
 * The gradient on its way back through time: row m is m steps before the last one, entry d pairs it with d steps later. The path
 * through the state and the paths through the weights add up coherently, because the weights are the same at every step.
 */
export interface Adjoint {
  /** Gradient of the state (the LSTM's cell). */
  readonly state: TwoTime;
  /** Summed over the gates: what the input's weights and what the recurrent weights see. */
  readonly toInput: TwoTime;
  readonly toHidden: TwoTime;
}

/** `shared`: of two different inputs. `hiddenBack` is Var w · fan-out of the recurrent weights per gate. */
export function runBack(
  history: History,
  hiddenBack: number,
  arriving: Arriving,
  kind: 'total' | 'shared',
  steps = history.duals.length,
): Adjoint {
  const adjoint: Adjoint = { state: [], toInput: [], toHidden: [] };
  for (let m = 0; m < steps; m++) {
    const incoming = new Float64Array(m + 1);
    for (let d = 0; d <= m; d++) incoming[d] = arriving(m, d) + hiddenBack * at(adjoint.toHidden, m - 1, d);
    stepBack(history, history[kind], adjoint, incoming, m, steps);
  }
  return adjoint;
}

/**
 * Where the covariances of two steps stand that are `m` and `m - d` before the last of `steps`: `[n, d]` for steps n and n - d. A
 * sequence longer than what was followed has settled: there all pairs at one lag are alike, and those at large lags too.
 */
export function pairAt({ of, duals }: History, steps: number, m: number, d: number): readonly [n: number, d: number] {
  const followed = duals.length;
  const settled = of.steps > followed && steps === followed;
  return settled ? [followed - 1, Math.min(d, largestLag(followed, of.steps))] : [steps - 1 - m + d, d];
}

function stepBack(history: History, chain: Chain, adjoint: Adjoint, incoming: Float64Array, m: number, steps: number) {
  const { of, total, duals } = history;
  const [t] = pairAt(history, steps, m, 0);
  const first = duals[t];
  if (first === undefined) return;
  const rho = (rows: TwoTime, variances: TwoTime, d: number) =>
    correlation(rows, variances, ...pairAt(history, steps, m, d));
  const gates = (d: number) => rho(chain.gates, total.gates, d);
  const candidates = (d: number) => rho(chain.candidate, total.candidate, d);
  const previous = (rows: TwoTime, d: number) => {
    const [n, lag] = pairAt(history, steps, m, d);
    return at(rows, n - 1, lag);
  };
  const keep = keepOf(of, chain, total, first.keep, t);
  const parts = { gates, candidates, previous, duals: first };
  const source = new Float64Array(m + 1);
  for (let d = 0; d <= m; d++) {
    const arriving = incoming[d] ?? 0;
    source[d] =
      of.cell === 'lstm'
        ? arriving * curveAt(first.gate.value, gates(d)) * curveAt(first.output.slope, rho(chain.state, total.state, d))
        : arriving;
  }
  accumulate(adjoint.state, keep, source);
  const toInput = new Float64Array(m + 1);
  const toHidden = new Float64Array(m + 1);
  for (let d = 0; d <= m; d++) {
    const state = at(adjoint.state, m, d);
    if (of.cell === 'rnn') toInput[d] = toHidden[d] = state * curveAt(first.candidate.slope, candidates(d));
    else if (of.cell === 'lstm') {
      const output = curveAt(first.output.value, rho(chain.state, total.state, d));
      toInput[d] = toHidden[d] =
        state * cellSlope(parts, previous(chain.state, d), d) +
        (incoming[d] ?? 0) * output * curveAt(first.gate.slope, gates(d));
    } else {
      const hidden = previous(chain.hidden, d);
      const slopes = gruSlopes(parts, hidden, of.hiddenEnergy * hidden + of.recurrentBias.second, d);
      toInput[d] = state * (slopes.update + slopes.reset + slopes.candidate);
      toHidden[d] = state * (slopes.update + slopes.reset + slopes.gatedCandidate);
    }
  }
  adjoint.toInput.push(toInput);
  adjoint.toHidden.push(toHidden);
}

interface Parts {
  readonly gates: (d: number) => number;
  readonly candidates: (d: number) => number;
  readonly duals: { readonly gate: Dual; readonly keep: Dual; readonly candidate: Dual };
}

/** c = f c' + i g by input gate, forget gate and candidate. */
function cellSlope({ gates, candidates, duals: { gate, keep, candidate } }: Parts, cell: number, d: number): number {
  const [open, bend] = [curveAt(gate.value, gates(d)), curveAt(gate.slope, gates(d))];
  return (
    bend * curveAt(candidate.value, candidates(d)) +
    curveAt(keep.slope, gates(d)) * cell +
    open * curveAt(candidate.slope, candidates(d))
  );
}

/** h = z h' + (1 - z) tanh(a + r b), with `recurrent` = E b^2. */
function gruSlopes(
  { gates, candidates, duals: { gate, candidate } }: Parts,
  hidden: number,
  recurrent: number,
  d: number,
) {
  const [open, bend] = [curveAt(gate.value, gates(d)), curveAt(gate.slope, gates(d))];
  const toCandidate = (1 - 2 * gate.mean + open) * curveAt(candidate.slope, candidates(d));
  return {
    update: bend * (hidden + curveAt(candidate.value, candidates(d))),
    reset: bend * recurrent * toCandidate,
    candidate: toCandidate,
    gatedCandidate: open * toCandidate,
  };
}
