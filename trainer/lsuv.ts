import { weightsOf } from '../core/graph/queries.ts';
import type { Backend, Ops, Tensor } from './backend-ops.ts';
import { runModel } from './model.ts';
import type { Batch, Trainee } from './train-step.ts';

/** One is exact but for biases and nonlinear layers; the paper stops within a tolerance, which would need a read each time. */
const attempts = 3;

/**
 * Layer-sequential unit variance (Mishkin & Matas 2016): in the order of the forward pass, every weight layer is scaled until
 * its output has variance 1 on this batch, before the next layer sees it. The weights start orthogonal (the variant's graph).
 */
export function applyLsuv(backend: Backend, { graph, weights, random }: Trainee, batch: Batch): void {
  const { ops } = backend;
  backend.tidy(() => {
    runModel(ops, graph, {
      parameters: weights,
      inputs: batch.inputs,
      batch: batch.size,
      random: random.fork('lsuv'),
      visit(layer, value, again) {
        const scaled = weightsOf(graph, layer).filter(({ role }) => role === 'weight');
        let result = value;
        for (let attempt = 0; attempt < attempts && scaled.length > 0; attempt++) {
          const std = standardDeviation(ops, result.tensor);
          for (const { id } of scaled) {
            const old = weights.get(id);
            if (old === undefined) continue;
            weights.set(id, backend.keep(ops.divide(old, std)));
            backend.dispose([old]);
          }
          result = again();
        }
        return result;
      },
    });
    return undefined;
  });
}

/** Scalar; never zero, so that a layer that puts out nothing keeps its zeros. */
function standardDeviation(ops: Ops, x: Tensor): Tensor {
  const axes = [...x.shape.keys()];
  const centred = ops.subtract(x, ops.mean(x, axes, false));
  return ops.affine(ops.sqrt(ops.mean(ops.square(centred), axes, false)), 1, 1e-30);
}
