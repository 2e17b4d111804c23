import type { Shape } from '../graph/shape.ts';
import type { Span } from '../graph/span.ts';

export const severities = ['hint', 'information', 'warning', 'error'] as const;
export type Severity = (typeof severities)[number];

/** The predicted effect that decided the severity; relative to critical initialization. */
export interface Effect {
  readonly gain: number | null;
  readonly signal: number | null;
  readonly gradientRatio: number | null;
  readonly deadFraction: number | null;
  readonly saturatedFraction: number | null;
}

export const noEffect: Effect = {
  gain: null,
  signal: null,
  gradientRatio: null,
  deadFraction: null,
  saturatedFraction: null,
};

/** An initialization to write instead, in framework-neutral terms; `server/fixes` knows how each framework says it. */
export type TargetInitializer =
  | {
      readonly scheme: 'he';
      readonly distribution: 'normal' | 'uniform';
      readonly nonlinearity: string;
      readonly slope?: number;
      /** The weight's first axis holds the inputs (`x @ w`), which PyTorch takes for the outputs. */
      readonly inputsFirst?: boolean;
    }
  | { readonly scheme: 'xavier'; readonly distribution: 'normal' | 'uniform'; readonly gain: number }
  | { readonly scheme: 'lecun'; readonly distribution: 'normal' | 'uniform' }
  | { readonly scheme: 'orthogonal'; readonly gain: number }
  | { readonly scheme: 'normal'; readonly std: number }
  | { readonly scheme: 'zeros' };

/** What would mend a finding. The text edit is made by `server/fixes`, in the user's style. */
export type Remedy =
  /** Write another initializer where parameter `parameter` got its last one. */
  | {
      readonly kind: 'replaceInitializer';
      readonly parameter: number;
      readonly target: TargetInitializer;
      readonly preferred: boolean;
    }
  /** Replace the text of `at` (a string literal's contents or an argument). */
  | {
      readonly kind: 'replaceText';
      readonly at: Span;
      readonly text: string;
      readonly title: string;
      readonly safe: boolean;
      readonly preferred: boolean;
    }
  /**
   * The call at `at` raises because its tensor has fewer than two dimensions. `argument` is the tensor as written, `shape`
   * the one it was seen with.
   */
  | {
      readonly kind: 'guardDimensions';
      readonly at: Span;
      readonly argument: string;
      readonly shape: Shape;
      readonly preferred: boolean;
    }
  /** Write an initializer for layers that have the framework's default: where they are made, or after the model is. */
  | {
      readonly kind: 'initializeLayers';
      readonly parameters: readonly number[];
      readonly target: TargetInitializer;
      readonly preferred: boolean;
    }
  /** Multiply the last weights of residual branches by 1/√(2 · blocks), after they are initialized. */
  | {
      readonly kind: 'scaleBranches';
      readonly parameters: readonly number[];
      readonly blocks: number;
      readonly preferred: boolean;
    }
  /** Drop what the user wrote for this parameter, so that the framework's default holds. */
  | { readonly kind: 'useDefault'; readonly parameter: number; readonly preferred: boolean };

export interface Finding {
  /** Rule id, kebab-case. */
  readonly rule: string;
  readonly severity: Severity;
  readonly message: string;
  readonly at: Span;
  /** Name of the model, qualified name of the layer and of the parameter it concerns. */
  readonly model: string;
  readonly layer: string | null;
  readonly parameter: string | null;
  readonly effect: Effect;
  /** All parameters (ids) that it speaks about, where it speaks about several. */
  readonly about?: readonly number[];
  readonly related: readonly { readonly at: Span; readonly message: string }[];
  readonly remedies: readonly Remedy[];
}
