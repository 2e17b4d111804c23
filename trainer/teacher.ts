import type { OutputShape } from './data.ts';
import type { ExampleTarget } from './examples.ts';
import type { InputPlan } from './plan.ts';
import type { Random } from './random.ts';

/** Knows the answers that the model is to learn. */
export interface Teacher {
  readonly description: string;
  /** The likely token after a token of sequences of this vocabulary; `null` where these have no rule. */
  readonly rule: (vocabulary: number) => ((token: number, random: Random) => number) | null;
  answer(inputs: readonly Float32Array[], random: Random): ExampleTarget;
}

/**
 * A random network of one hidden layer that sees every example through a few random projections: its classes can be learned,
 * and none of them is known beforehand. Tokens have a likely successor each. Where there are too many answers per example for
 * that (dense outputs), they are drawn at random.
 */
export function createTeacher(
  inputs: readonly InputPlan[],
  output: OutputShape,
  batch: number,
  random: Random,
): Teacher {
  const { plan, shape, classAxis } = output;
  const size = shape.reduce((a, b) => a * b, 1);
  const classes = shape[classAxis] ?? 1;
  const positions = size / batch / classes;
  // Of several sequences the last is the one that is continued: an encoder's comes before its decoder's.
  const continued = inputs.findLastIndex(
    ({ vocabulary, shape }) => vocabulary === classes && positions === shape.reduce((a, b) => a * b, 1),
  );
  if (plan.loss === 'crossEntropy' && continued >= 0) return nextToken(classes, continued, random);
  if (plan.loss === 'crossEntropy' && positions > 1) {
    return {
      description: `random classes at ${positions} positions, ${classes} classes`,
      rule: noRule,
      answer: (_, stream) => ({
        kind: 'classes',
        labels: Int32Array.from({ length: batch * positions }, () => stream.integer(classes)),
      }),
    };
  }
  const answers = plan.loss === 'crossEntropy' ? classes : size / batch;
  if (answers > 4096) {
    const isBinary = plan.loss === 'binaryCrossEntropy';
    return {
      description: isBinary
        ? `random binary targets, ${answers} per example`
        : `random targets, ${answers} per example`,
      rule: noRule,
      answer: (_, stream) => ({
        kind: 'values',
        values: Float32Array.from({ length: size }, () => (isBinary ? stream.integer(2) : stream.normal())),
      }),
    };
  }
  const network = randomNetwork(inputs, answers, random);
  const scoresOf = (values: readonly Float32Array[], example: number) => network(values, example);
  const all = (values: readonly Float32Array[]) =>
    Array.from({ length: batch }, (_, example) => scoresOf(values, example));
  switch (plan.loss) {
    case 'crossEntropy':
      return {
        description: `teacher classification, ${classes} classes`,
        rule: noRule,
        answer: (values) => ({ kind: 'classes', labels: Int32Array.from(all(values), largest) }),
      };
    case 'binaryCrossEntropy':
      return {
        description: `teacher classification, ${answers === 1 ? '2 classes' : `${answers} yes-or-no labels`}`,
        rule: noRule,
        answer: (values) => ({
          kind: 'values',
          values: Float32Array.from(all(values).flat(), (score) => (score > 0 ? 1 : 0)),
        }),
      };
    case 'meanSquaredError':
      return {
        description: `teacher regression, ${answers} ${answers === 1 ? 'value' : 'values'}`,
        rule: noRule,
        answer: (values) => ({ kind: 'values', values: Float32Array.from(all(values).flat()) }),
      };
    default:
      return plan.loss satisfies never;
  }
}

const noRule = () => null;

/** Four times of five the next token is the one that a random permutation says. */
function nextToken(vocabulary: number, continued: number, random: Random): Teacher {
  const after = Int32Array.from({ length: vocabulary }, (_, token) => token);
  for (let i = vocabulary - 1; i > 0; i--) {
    const k = random.integer(i + 1);
    [after[i], after[k]] = [after[k] ?? 0, after[i] ?? 0];
  }
  return {
    description: `next token, ${vocabulary} tokens`,
    rule: (wanted) =>
      wanted === vocabulary
        ? (token, stream) => (stream.uniform() < 0.8 ? (after[token] ?? 0) : stream.integer(vocabulary))
        : null,
    answer(inputs) {
      // The last position of an example has no next one in it: there the rule itself answers.
      const labels = Int32Array.from(inputs[continued] ?? [], (token) => after[token] ?? 0);
      return { kind: 'classes', labels };
    },
  };
}

const hidden = 32;

/** Answers of unit variance: tanh of projections of unit variance, mixed. */
function randomNetwork(
  inputs: readonly InputPlan[],
  answers: number,
  random: Random,
): (values: readonly Float32Array[], example: number) => number[] {
  const projections = inputs.map(({ shape, vocabulary }) => {
    const length = shape.reduce((a, b) => a * b, 1);
    const rows = vocabulary ?? length;
    const scale = 1 / Math.sqrt(length * inputs.length);
    return {
      length,
      isTokens: vocabulary !== null,
      matrix: Float32Array.from({ length: rows * hidden }, () => scale * random.normal()),
    };
  });
  // E tanh² of a standard normal is 0.394.
  const scale = 1 / Math.sqrt(hidden * 0.394);
  const mix = Float32Array.from({ length: hidden * answers }, () => scale * random.normal());
  return (values, example) => {
    const features = new Float64Array(hidden);
    projections.forEach(({ length, isTokens, matrix }, index) => {
      const input = values[index] ?? new Float32Array(length);
      for (let i = 0; i < length; i++) {
        const x = input[example * length + i] as number;
        const row = (isTokens ? x : i) * hidden;
        const factor = isTokens ? 1 : x;
        for (let k = 0; k < hidden; k++) features[k] = (features[k] as number) + factor * (matrix[row + k] as number);
      }
    });
    return Array.from({ length: answers }, (_, answer) => {
      let sum = 0;
      for (let k = 0; k < hidden; k++) sum += Math.tanh(features[k] as number) * (mix[k * answers + answer] as number);
      return sum;
    });
  };
}

function largest(scores: readonly number[]): number {
  return scores.reduce((best, score, index) => (score > (scores[best] ?? Number.NEGATIVE_INFINITY) ? index : best), 0);
}
