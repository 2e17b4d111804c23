import type { LossKind } from '../../../core/graph/graph.ts';
import { method } from '../../interpreter/table.ts';
import type { ClassValue, InstanceValue } from '../../interpreter/values.ts';
import { applyUnknown, onTensor } from './apply.ts';
import { layerClass } from './layer.ts';
import { namedModules } from './registry.ts';

/* `torch.nn.modules.loss`: no part of the signal, but they say what the head is for. */

const kinds: Readonly<Record<string, LossKind | null>> = {
  CrossEntropyLoss: 'crossEntropy',
  NLLLoss: 'crossEntropy',
  BCEWithLogitsLoss: 'binaryCrossEntropy',
  BCELoss: 'binaryCrossEntropy',
  MSELoss: 'meanSquaredError',
  L1Loss: null,
  SmoothL1Loss: null,
  HuberLoss: null,
  KLDivLoss: null,
  CTCLoss: null,
  CosineEmbeddingLoss: null,
  GaussianNLLLoss: null,
  HingeEmbeddingLoss: null,
  MarginRankingLoss: null,
  MultiLabelMarginLoss: null,
  MultiLabelSoftMarginLoss: null,
  MultiMarginLoss: null,
  PoissonNLLLoss: null,
  SoftMarginLoss: null,
  TripletMarginLoss: null,
};

export const lossClasses: Readonly<Record<string, ClassValue>> = Object.fromEntries(
  Object.keys(kinds).map((name) => [
    name,
    layerClass(name, {
      parameters: '*args, **kwargs',
      forward: method('input, *args, **kwargs', (self, given, context) =>
        onTensor(given.get('input'), context, (input) => applyUnknown(name, [input], [], context, self)),
      ),
    }),
  ]),
);

/** The loss that a module keeps among its submodules (`self.criterion`); `null` where there is none, or several. */
export function lossOf(root: InstanceValue): LossKind | null {
  const found = new Set<LossKind>();
  for (const [, module] of namedModules(root)) {
    const kind = module.class.native === null ? null : (kinds[module.class.name] ?? null);
    if (kind !== null) found.add(kind);
  }
  const [only] = found;
  return found.size === 1 ? (only ?? null) : null;
}
