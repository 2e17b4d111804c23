import type { ProbeOptions } from '../core/probe/request.ts';
import type { Backend, Ops, Tensor } from './backend-ops.ts';

/** Turns gradients into updates; keeps its own state per parameter until `dispose`. */
export interface Optimizer {
  /** What is to be taken from the parameter. On the caller's tidy; state is kept. */
  update(id: number, gradient: Tensor): Tensor;
  /** The update is the gradient times this; `null` where it depends on more. */
  readonly learningRate: number | null;
  /** Counts a step; called before the updates of a step. */
  begin(): void;
  dispose(): void;
}

/** PyTorch's definitions: momentum 0.9 without dampening; Adam with β₁ 0.9, β₂ 0.999, ε 1e-8 (said, since WebGL's own is 1e-4). */
export function createOptimizer(backend: Backend, { optimizer, learningRate }: ProbeOptions): Optimizer {
  const { ops } = backend;
  const state = new Map<string, Tensor>();
  let step = 0;

  const remember = (key: string, value: Tensor): Tensor => {
    backend.dispose([state.get(key) ?? null]);
    state.set(key, backend.keep(value));
    return value;
  };
  const average = (key: string, decay: number, share: number, x: Tensor): Tensor => {
    const old = state.get(key);
    const fresh = ops.affine(x, share, 0);
    return remember(key, old === undefined ? ops.affine(fresh, 1, 0) : ops.add(ops.affine(old, decay, 0), fresh));
  };

  return {
    learningRate: optimizer === 'sgd' ? learningRate : null,
    begin() {
      step += 1;
    },
    update(id, gradient) {
      switch (optimizer) {
        case 'sgd':
          return ops.affine(gradient, learningRate, 0);
        case 'momentum':
          return ops.affine(average(`${id}/velocity`, 0.9, 1, gradient), learningRate, 0);
        case 'adam': {
          const mean = average(`${id}/mean`, 0.9, 0.1, gradient);
          const power = average(`${id}/power`, 0.999, 0.001, ops.square(gradient));
          return adam(ops, mean, power, step, learningRate);
        }
        default:
          return optimizer satisfies never;
      }
    },
    dispose() {
      backend.dispose([...state.values()]);
      state.clear();
    },
  };
}

/** Kingma & Ba 2015, algorithm 1. */
function adam(ops: Ops, mean: Tensor, power: Tensor, step: number, learningRate: number): Tensor {
  const root = ops.affine(ops.sqrt(ops.affine(power, 1 / (1 - 0.999 ** step), 0)), 1, 1e-8);
  return ops.affine(ops.divide(mean, root), learningRate / (1 - 0.9 ** step), 0);
}
