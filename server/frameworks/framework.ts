import type { FrameworkId, ModelGraph } from '../../core/graph/graph.ts';
import type { Parameter } from '../../core/graph/parameter.ts';
import type { Shape } from '../../core/graph/shape.ts';
import type { NativeContext } from '../interpreter/native.ts';
import type { CallArguments, InstanceValue, TensorValue, Value } from '../interpreter/values.ts';

/** A framework as the evaluator sees it: tables of names, and how its models are named, rooted and run. */
export interface Framework {
  readonly id: FrameworkId;
  /**
   * The members of a module by its dotted name (`torch.nn.functional`) or package (`@tensorflow/tfjs`), or `null` where
   * the table does not know the module. Built on first use.
   */
  module(name: string): ((member: string) => Value | null) | null;
  /**
   * The module to read from the installed sources instead of a table: the framework's collections of models are written like
   * user code. `null` for all other names.
   */
  readonly sourceModule?: (name: string) => string | null;
  /** The same for packages around the framework, where they are not installed: otherwise their own source counts. */
  readonly missingModule?: (name: string) => ((member: string) => Value | null) | null;
  /** JavaScript: what a script tag defines (`tf`); `null` for other names. */
  readonly scriptGlobal?: (name: string) => Value | null;
  /** Is this instance a model of the framework (as against one of its plain layers, or something else)? */
  isModel(instance: InstanceValue): boolean;
  /** Parameters are made when the model first runs, so that a model without any may still be one. */
  readonly buildsLate?: boolean;
  /** All parameters and submodules below a root, by the names the framework gives them. */
  describe(root: InstanceValue): {
    readonly parameters: readonly {
      readonly name: string;
      readonly tensor: TensorValue;
      readonly spectralNorm?: Parameter['spectralNorm'];
    }[];
    readonly modules: ReadonlyMap<InstanceValue, string>;
  };
  /**
   * Runs the model once on symbolic input, so that the graph builder sees every layer; returns the outputs. `inputs` are
   * the user's shapes, or `null`: then the framework infers them from the first layers (and may try several).
   */
  trace(
    root: InstanceValue,
    inputs: readonly Shape[] | null,
    context: NativeContext,
  ): { readonly inputs: readonly TensorValue[]; readonly outputs: readonly TensorValue[] } | null;
  /**
   * Runs the model once on inputs of which little is known and leaves no trace: where submodules are only made on the way,
   * this is how they are met.
   */
  readonly tryRun?: (root: InstanceValue, context: NativeContext) => void;
  /** Attributes and methods of tensors (`shape`, `view`, `data`); `null` where there is none. */
  tensorAttribute(tensor: TensorValue, name: string, context: NativeContext): Value | null;
  /** The number that a tensor of one element holds; `null` where that is not known. */
  readonly onlyNumber?: (tensor: TensorValue) => number | null;
  /** `tensor.name = value` (`p.data = …`, `p.requires_grad = False`); false where it does not know. */
  readonly setTensorAttribute?: (tensor: TensorValue, name: string, value: Value, context: NativeContext) => boolean;
  /**
   * An operator with a tensor among its one or two operands: `+ - * / // % ** @ & | ^ << >>`, comparisons `< <= == !=`,
   * unary `-` and `~`. `null` where it does not know.
   */
  tensorOperator(operator: string, operands: readonly Value[], context: NativeContext): Value | null;
  /** `tensor[index]`; the index may be a tuple of numbers, slices, `none`, `ellipsis`, tensors. */
  tensorIndex(tensor: TensorValue, index: Value, context: NativeContext): Value | null;
  /** `tensor[index] = value`. Gives the tensor after it where that is another one: a step of the forward pass. */
  readonly setTensorIndex?: (
    tensor: TensorValue,
    index: Value,
    value: Value,
    context: NativeContext,
  ) => TensorValue | null;
  /** A call that could not be followed; `null` where no tensor of a model goes into it. */
  readonly unknownCall?: (name: string, arguments_: CallArguments, context: NativeContext) => Value | null;
  readonly loss?: (root: InstanceValue) => ModelGraph['loss'];
}
