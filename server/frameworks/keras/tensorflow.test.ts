import { describe, expect, it } from 'vitest';
import { createAnalyzer } from '../../workspace/analyzer.ts';
import { createMemoryWorkspace } from '../../workspace/memory.ts';
import { createFrameworks } from '../all.ts';

/* TensorFlow below Keras: graphs of placeholders and variables, layers as functions, `tf.Module`. */

function analyze(source: string) {
  const analyzer = createAnalyzer(createMemoryWorkspace({ '/model.py': source }), createFrameworks());
  const [graph] = analyzer.analyze('/model.py').models.map((model) => model.graph);
  if (graph === undefined) throw new Error('no model');
  const starts = Object.fromEntries(
    graph.parameters.map(({ name, shape, initializer: { family, std, mean } }) => [
      name,
      [`${shape}`, family, std === 0 ? mean : Number(std?.toPrecision(4))],
    ]),
  );
  return { graph, starts, kinds: graph.layers.map(({ op }) => op.kind) };
}

/** What is left of the std after redrawing beyond two of them: √(1 - 4 φ(2) / (2 Φ(2) - 1)). */
const truncated = 0.8796;

describe('TensorFlow 1', () => {
  it('is a graph from placeholders to the logits of the loss', () => {
    const { graph, starts, kinds } = analyze(`import tensorflow as tf
X = tf.placeholder("float", [None, 784])
Y = tf.placeholder("float", [None, 10])
weights = {'h': tf.Variable(tf.random_normal([784, 256])), 'out': tf.Variable(tf.truncated_normal([256, 10], stddev=0.1))}
biases = {'h': tf.Variable(tf.zeros([256])), 'out': tf.Variable(tf.constant(0.1, shape=[10]))}
def perceptron(x):
    hidden = tf.nn.relu(tf.add(tf.matmul(x, weights['h']), biases['h']))
    return tf.matmul(hidden, weights['out']) + biases['out']
logits = perceptron(X)
loss = tf.reduce_mean(tf.nn.softmax_cross_entropy_with_logits(logits=logits, labels=Y))
train = tf.train.AdamOptimizer(0.001).minimize(loss)
with tf.Session() as sess:
    sess.run(tf.global_variables_initializer())
    sess.run([train, loss], feed_dict={X: 1, Y: 2})
`);
    expect(starts).toEqual({
      Variable: ['784,256', 'normal', 1],
      Variable_1: ['256,10', 'truncatedNormal', Number((0.1 * truncated).toPrecision(4))],
      Variable_2: ['256', 'zeros', 0],
      Variable_3: ['10', 'constant', 0.1],
    });
    expect(kinds).toEqual(['input', 'dense', 'parameter', 'add', 'activation', 'dense', 'parameter', 'add']);
    expect(graph).toMatchObject({ complete: true, loss: 'crossEntropy' });
  });

  it('has layers as functions, and variables by scope and name', () => {
    const { graph, starts } = analyze(`import tensorflow.compat.v1 as tf
def network(features, training):
    net = tf.layers.conv2d(features, 32, 5, padding="same", activation=tf.nn.relu, name="conv1")
    net = tf.layers.max_pooling2d(net, 2, 2)
    net = tf.layers.batch_normalization(net, training=training)
    net = tf.layers.flatten(net)
    with tf.variable_scope("head", initializer=tf.random_uniform_initializer(-0.3, 0.3)):
        net = tf.layers.dense(net, 128, tf.nn.relu, kernel_initializer=tf.variance_scaling_initializer(scale=2.0))
        w = tf.get_variable("w", [128, 10])
        b = tf.get_variable("b", [10], initializer=tf.zeros_initializer())
    with tf.variable_scope("head", reuse=True):
        again = tf.get_variable("w", [128, 10])
    return tf.matmul(net, again) + b
x = tf.placeholder(tf.float32, shape=(None, 28, 28, 1), name="x")
labels = tf.placeholder(tf.int32, [None])
loss = tf.losses.sparse_softmax_cross_entropy(labels=labels, logits=network(x, True))
`);
    const glorot = Math.sqrt(2 / (25 + 25 * 32));
    expect(starts).toMatchObject({
      'conv1/kernel': ['5,5,1,32', 'uniform', Number(glorot.toPrecision(4))],
      'conv1/bias': ['32', 'zeros', 0],
      'batch_normalization/gamma': ['32', 'ones', 1],
      'head/dense/kernel': ['6272,128', 'truncatedNormal', Number(Math.sqrt(2 / 6272).toPrecision(4))],
      'head/w': ['128,10', 'uniform', Number((0.6 / Math.sqrt(12)).toPrecision(4))],
      'head/b': ['10', 'zeros', 0],
    });
    expect(graph.complete).toBe(true);
    expect(graph.layers.at(-1)?.outputShape).toEqual([null, 10]);
  });

  it('draws with a std of 1 where nothing is said', () => {
    const source = (tf: string) => `${tf}
x = tf.placeholder(tf.float32, [None, 8])
w = tf.get_variable("w", [8, 4], initializer=tf.random_normal_initializer())
loss = tf.reduce_mean(tf.square(tf.matmul(x, w)))
tf.train.GradientDescentOptimizer(0.1).minimize(loss)
`;
    expect(analyze(source('import tensorflow.compat.v1 as tf')).starts.w).toEqual(['8,4', 'normal', 1]);
  });

  it("knows contrib's layers and initializers", () => {
    const { starts } = analyze(`import tensorflow as tf
from tensorflow.contrib import layers
class Network:
    def __init__(self, states, actions):
        self.inputs = tf.placeholder(tf.float32, [None, states])
        hidden = layers.fully_connected(self.inputs, 64, activation_fn=tf.nn.tanh, scope="fc1")
        hidden = tf.contrib.slim.fully_connected(hidden, 32, weights_initializer=layers.variance_scaling_initializer(), scope="fc2")
        w = tf.get_variable("w", shape=[32, actions], initializer=layers.xavier_initializer(uniform=False))
        self.loss = tf.reduce_mean(tf.square(tf.matmul(hidden, w)))
        self.train = tf.train.AdamOptimizer(1e-3).minimize(self.loss)
network = Network(8, 4)
`);
    // √(1.3 · factor / n), of which the truncation leaves 0.88.
    const normal = (factor: number, n: number) => Number((Math.sqrt((1.3 * factor) / n) * 0.87962566).toPrecision(4));
    expect(starts).toMatchObject({
      'fc1/kernel': ['8,64', 'uniform', Number(Math.sqrt(2 / 72).toPrecision(4))],
      'fc2/kernel': ['64,32', 'truncatedNormal', normal(2, 64)],
      w: ['32,4', 'truncatedNormal', normal(1, 18)],
    });
  });

  it('convolves with variables of the user', () => {
    const { graph, kinds } = analyze(`import tensorflow as tf
def weight(shape):
    return tf.Variable(tf.truncated_normal(shape, stddev=0.1))
x = tf.placeholder(tf.float32, [None, 784])
image = tf.reshape(x, [-1, 28, 28, 1])
h = tf.nn.relu(tf.nn.conv2d(image, weight([5, 5, 1, 32]), strides=[1, 1, 1, 1], padding='SAME'))
h = tf.nn.max_pool(h, ksize=[1, 2, 2, 1], strides=[1, 2, 2, 1], padding='SAME')
y = tf.matmul(tf.reshape(h, [-1, 14 * 14 * 32]), weight([14 * 14 * 32, 10]))
loss = tf.nn.sigmoid_cross_entropy_with_logits(labels=y, logits=y)
`);
    expect(kinds).toEqual(['input', 'reshape', 'conv', 'activation', 'maxPool', 'reshape', 'dense']);
    expect(graph).toMatchObject({ complete: true, loss: 'binaryCrossEntropy' });
  });
});

describe('tf.Module', () => {
  it('is a model of variables', () => {
    const { starts, kinds } = analyze(`import tensorflow as tf
class Dense(tf.Module):
    def __init__(self, inputs, outputs, name=None):
        super().__init__(name=name)
        self.w = tf.Variable(tf.random.normal([inputs, outputs]) * 0.05, name='w')
        self.b = tf.Variable(tf.zeros([outputs]), name='b')
    def __call__(self, x):
        return tf.nn.relu(tf.matmul(x, self.w) + self.b)
class Network(tf.Module):
    def __init__(self, name=None):
        super().__init__(name=name)
        self.first = Dense(30, 20)
        self.second = Dense(20, 2)
    @tf.function
    def __call__(self, x):
        return self.second(self.first(x))
network = Network()
`);
    expect(Object.values(starts)).toEqual([
      ['30,20', 'normal', 0.05],
      ['20', 'zeros', 0],
      ['20,2', 'normal', 0.05],
      ['2', 'zeros', 0],
    ]);
    expect(kinds.filter((kind) => kind !== 'parameter')).toEqual([
      'input',
      'dense',
      'add',
      'activation',
      'dense',
      'add',
      'activation',
    ]);
  });
});
