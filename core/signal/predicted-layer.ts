import type { Layer } from '../graph/graph.ts';
import { type Field, inputStd, merge, rootMeanSquare } from './field.ts';
import type { Pass } from './pass.ts';
import type { LayerGradient, LayerPrediction, LayerSignal } from './signal.ts';
import { deadShare, saturatedShare } from './unit-shares.ts';

/** What is only told of a whole graph, to those that ask. */
export interface Later {
  readonly batch: number;
  written(): Pass;
  gradient(id: number): LayerGradient;
  gradientOverTime(id: number): number | null;
  relative(id: number): LayerPrediction['relative'];
}

interface AtOnce {
  readonly field: Field | null;
  readonly gain: number | null;
  readonly unitDiversity: number | null;
}

/** A class, since there is one for every layer of every model of a file, for as long as it is open. */
export class PredictedLayer implements LayerPrediction {
  readonly signal: LayerSignal;
  readonly gain: number | null;
  readonly unitDiversity: number | null;
  readonly #id: number;
  readonly #later: Later;

  constructor(layer: Layer, { field, gain, unitDiversity }: AtOnce, later: Later) {
    this.signal = field === null ? unknownSignal : new PredictedSignal(layer, field, later);
    this.gain = gain;
    this.unitDiversity = unitDiversity;
    this.#id = layer.id;
    this.#later = later;
  }

  get gradient(): LayerGradient {
    return this.#later.gradient(this.#id);
  }

  get relative(): LayerPrediction['relative'] {
    return this.#later.relative(this.#id);
  }

  get gradientOverTime(): number | null {
    return this.#later.gradientOverTime(this.#id);
  }
}

const unknownSignal: LayerSignal = {
  mean: null,
  rms: null,
  inputStd: null,
  deadFraction: null,
  saturatedFraction: null,
};

/** The shares of units take longer than all else, and only some layers are asked for them. */
class PredictedSignal implements LayerSignal {
  readonly mean: number;
  readonly rms: number;
  readonly inputStd: number;
  readonly #layer: Layer;
  readonly #later: Later;
  #dead: number | null | undefined;
  #saturated: number | null | undefined;

  constructor(layer: Layer, field: Field, later: Later) {
    this.mean = merge(field).mean;
    this.rms = rootMeanSquare(field);
    this.inputStd = inputStd(field);
    this.#layer = layer;
    this.#later = later;
  }

  get deadFraction(): number | null {
    if (this.#dead === undefined) {
      const before = this.#before();
      this.#dead = before === null ? null : deadShare(this.#layer.op, before, this.#later.batch);
    }
    return this.#dead;
  }

  get saturatedFraction(): number | null {
    if (this.#saturated === undefined) {
      const before = this.#before();
      this.#saturated = before === null ? null : saturatedShare(this.#layer.op, before);
    }
    return this.#saturated;
  }

  #before(): Field | null {
    return this.#later.written().fields.get(this.#layer.inputs[0] ?? -1) ?? null;
  }
}
