/**
 * Where a predicted effect starts to matter. Signal and gradient are factors against the same graph under its critical
 * initialization; sound torchvision models lie between 0.05 and 28 (ResNet to VGG-16).
 */
export interface Thresholds {
  /** Signal or gradient outside of these: training is harmed. */
  readonly warning: { readonly low: number; readonly high: number };
  /** Signal or gradient below this by the framework's defaults alone; AlexNet's 1.8e-3 trains. */
  readonly defaultWarning: number;
  /** Outside of these: worth saying. A loss of signal is, in deep stacks only. */
  readonly information: { readonly low: number; readonly high: number };
  /** Un-normalized weight layers up to which a stack counts as shallow. */
  readonly shallow: number;
  /** Share of units that start dead, or where their activation is flat. */
  readonly saturated: number;
  /** Expected initial loss over that of a uniform guess. */
  readonly loss: number;
  /** A gain below this share of the activation's own is a mismatch. */
  readonly gainMismatch: number;
  /** std · √inputs over the activation's gain, outside of which a fixed std is looked at. */
  readonly fixedGain: { readonly low: number; readonly high: number };
  /** Growth of a residual stream from its first block to its last. */
  readonly stream: { readonly warning: number; readonly information: number };
  /** Steps over which a recurrent layer is judged where the length of its sequences is not known. */
  readonly steps: number;
}

/** Half of the variance per layer reaches `information` after 8 layers and `warning` after 14. */
export const defaultThresholds: Thresholds = {
  warning: { low: 1e-2, high: 1e2 },
  defaultWarning: 1e-3,
  information: { low: 1 / 16, high: 16 },
  shallow: 8,
  saturated: 0.5,
  loss: 2,
  gainMismatch: 0.85,
  fixedGain: { low: 0.5, high: 2 },
  stream: { warning: 1e2, information: 16 },
  steps: 60,
};
