/** What a layer's output looks like at initialization, for standard-normal input, in training mode. */
export interface LayerSignal {
  readonly mean: number | null;
  /** Root mean square over units, positions and inputs. */
  readonly rms: number | null;
  /** Standard deviation of what depends on the input: biases and means taken away. */
  readonly inputStd: number | null;
  /** Share of ReLU units with zero output on a whole batch, where the layer is an activation. */
  readonly deadFraction: number | null;
  /** Share of units with |f'| < 0.05 (tanh, sigmoid, …). */
  readonly saturatedFraction: number | null;
}

/** Gradients of the mean loss over a batch of 32. */
export interface LayerGradient {
  /** RMS of dLoss/d(output), per element. */
  readonly activationRms: number | null;
  /** RMS of dLoss/d(weight), per element; `null` for layers without a weight. */
  readonly weightRms: number | null;
}

export interface LayerPrediction {
  readonly signal: LayerSignal;
  readonly gradient: LayerGradient;
  /**
   * Factor on small differences between inputs, from this weight layer's input to the output of the activation that follows it
   * (1 is critical; up to a normalization only); `null` for layers without a dense or convolution weight.
   */
  readonly gain: number | null;
  /** Written as is against critical initialization, forward (`signal`) and backward (`gradient`): 1 is sound. */
  readonly relative: { readonly signal: number | null; readonly gradient: number | null };
  /**
   * Of a recurrent layer: RMS gradient of the state after the first step over that after the last one, if only that is read; over
   * 32 steps where the length is not known. `null` for other layers.
   */
  readonly gradientOverTime: number | null;
  /** 1/n where all n units of a layer start equal and stay so, 1 where they differ. */
  readonly unitDiversity: number | null;
}

/** The prediction for a whole graph. */
export interface Prediction {
  /** By layer id. */
  readonly layers: ReadonlyMap<number, LayerPrediction>;
  readonly loss: { readonly expected: number | null; readonly uniformGuess: number | null };
  /** Activation gradient of the first weight layer over that of the last, against critical initialization. */
  readonly gradientRatio: number | null;
  /** Signal at the last weight layer's input against critical initialization. */
  readonly signalRatio: number | null;
  /** Parameters (ids) that get no gradient, ever: the fixed point of `analysis.md` section 5. */
  readonly deadParameters: ReadonlySet<number>;
}
