import type { ModelGraph } from '../../core/graph/graph.ts';
import type { Initializer } from '../../core/graph/initializer.ts';
import type { Fans } from '../../core/initializers/fans.ts';
import { normal, uniform, xavier } from '../../core/initializers/make.ts';
import { type GraphBuilder, graphBuilder } from '../../core/testing/graph-builder.ts';

/* Small models, one per op kind beyond those of plain and residual networks, for comparison with PyTorch. */

export function torchDefault({ fanIn }: Fans): Initializer {
  return uniform(-1 / Math.sqrt(fanIn ?? 1), 1 / Math.sqrt(fanIn ?? 1));
}

const head = { weight: torchDefault, bias: torchDefault };

export function opModels(): Readonly<Record<string, ModelGraph>> {
  return {
    'layer norm before, GELU': tokens((b, x) => {
      const hidden = b.activation(b.dense(b.layerNorm(x), 128, head), 'gelu');
      return b.add(x, b.dense(hidden, 64, head));
    }),
    'layer norm after, ReLU': tokens((b, x) => {
      const hidden = b.activation(b.dense(x, 128, head), 'relu');
      return b.layerNorm(b.add(x, b.dense(hidden, 64, head)));
    }),
    attention: tokens((b, x) => b.add(x, attention(b, b.layerNorm(x)))),
    'RNN, last step': recurrent('rnn', false),
    'RNN, mean': recurrent('rnn', true),
    'LSTM, last step': recurrent('lstm', false),
    'GRU, last step': recurrent('gru', false),
    embedding: embedding(),
    dropout: dropout(),
    'concatenation, average pooling': concatenation(),
    'depthwise convolution': depthwise(),
    'product with a gate': gate(),
    'mean squared error': withLoss('meanSquaredError'),
    'binary cross-entropy': withLoss('binaryCrossEntropy'),
  };
}

/** Tokens, some blocks, mean over tokens, classes. */
function tokens(block: (b: GraphBuilder, x: number) => number): ModelGraph {
  const b = graphBuilder();
  let x = b.dense(b.input([null, 12, 64]), 64, head);
  for (let i = 0; i < 3; i++) x = block(b, x);
  return b.build(b.dense(meanOverTokens(b, x), 10, head));
}

function meanOverTokens(b: GraphBuilder, x: number): number {
  return b.op({ kind: 'reduce', fn: 'mean', axes: [1], keepDims: false }, [x]);
}

function attention(b: GraphBuilder, x: number): number {
  const fans = { fanIn: 64, fanOut: 64 };
  const weight = (role: string) => b.parameter(`${role}_${x}`, 'weight', [64, 64], xavier('uniform', fans));
  const roles = ['query', 'key', 'value', 'output'];
  const parameters = Object.fromEntries(roles.map((role) => [role, weight(role)]));
  return b.op({ kind: 'attention', heads: 4, width: 64, causal: false, dropout: 0, batchFirst: true }, [x], {
    parameters,
  });
}

function recurrent(cell: 'rnn' | 'lstm' | 'gru', mean: boolean): ModelGraph {
  const b = graphBuilder();
  const rows = 64 * { rnn: 1, lstm: 4, gru: 3 }[cell];
  const draw = uniform(-1 / 8, 1 / 8);
  const parameters = {
    weight: b.parameter('weight', 'weight', [rows, 32], draw),
    recurrentWeight: b.parameter('recurrentWeight', 'recurrentWeight', [rows, 64], draw),
    bias: b.parameter('bias', 'bias', [rows], draw),
    recurrentBias: b.parameter('recurrentBias', 'bias', [rows], draw),
  };
  const steps = b.op(
    {
      kind: 'recurrent',
      cell,
      activation: 'tanh',
      inputSize: 32,
      hiddenSize: 64,
      layers: 1,
      bidirectional: false,
      batchFirst: true,
      returnSequences: true,
      resetAfter: true,
    },
    [b.input([null, 20, 32])],
    { parameters },
  );
  const state = mean ? meanOverTokens(b, steps) : b.op({ kind: 'select', axis: 1, index: -1 }, [steps]);
  return b.build(b.dense(state, 10, head));
}

function embedding(): ModelGraph {
  const b = graphBuilder();
  const table = b.parameter('table', 'embedding', [50, 64], normal(0, 1));
  const op = { kind: 'embedding', vocabulary: 50, width: 64, paddingIndex: null } as const;
  const vectors = b.op(op, [b.input([null, 12])], { parameters: { weight: table } });
  const hidden = b.activation(b.dense(vectors, 64), 'relu');
  return b.build(b.dense(flatten(b, hidden), 10, head));
}

function flatten(b: GraphBuilder, x: number): number {
  return b.op({ kind: 'flatten', startAxis: 1, endAxis: -1 }, [x]);
}

function dropout(): ModelGraph {
  const b = graphBuilder();
  let x = b.input([null, 128]);
  for (let i = 0; i < 4; i++) {
    x = b.op({ kind: 'dropout', rate: 0.4, mode: 'element' }, [b.activation(b.dense(x, 128), 'relu')]);
  }
  return b.build(b.dense(x, 10, head));
}

function concatenation(): ModelGraph {
  const b = graphBuilder();
  const image = b.input([null, 3, 12, 12]);
  const branches = [b.activation(b.conv(image, 16, 3), 'relu'), b.conv(image, 32, 5)];
  const joined = b.activation(b.op({ kind: 'concat', axis: 1 }, branches), 'relu');
  const pool = {
    kind: 'averagePool',
    rank: 2,
    kernel: [2, 2],
    stride: [2, 2],
    padding: [
      [0, 0],
      [0, 0],
    ],
    ceilMode: false,
    layout: 'channelsFirst',
    countIncludePad: true,
  } as const;
  return b.build(b.dense(flatten(b, b.op(pool, [b.conv(joined, 32, 3, { stride: 2 })])), 10, head));
}

function depthwise(): ModelGraph {
  const b = graphBuilder();
  let x = b.conv(b.input([null, 3, 12, 12]), 32, 3, { bias: null });
  for (let i = 0; i < 3; i++) {
    x = b.activation(b.batchNorm(b.conv(x, 32, 3, { groups: 32, bias: null })), 'relu');
    x = b.activation(b.batchNorm(b.conv(x, 32, 1, { bias: null })), 'relu');
  }
  const pooled = b.op({ kind: 'adaptiveAveragePool', output: [1, 1], layout: 'channelsFirst' }, [x]);
  return b.build(b.dense(flatten(b, pooled), 10, head));
}

function gate(): ModelGraph {
  const b = graphBuilder();
  const x = b.input([null, 64]);
  const product = b.op({ kind: 'multiply' }, [b.dense(x, 64, head), b.activation(b.dense(x, 64, head), 'sigmoid')]);
  return b.build(b.dense(product, 10, head));
}

function withLoss(loss: 'meanSquaredError' | 'binaryCrossEntropy'): ModelGraph {
  const b = graphBuilder('torch', loss);
  let x = b.input([null, 64]);
  for (let i = 0; i < 3; i++) x = b.activation(b.dense(x, 64), 'relu');
  return b.build(b.dense(x, 7, head));
}
