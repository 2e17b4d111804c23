# functions of the shape as initializers
import keras
from keras import ops
def my_init(shape, dtype=None):
    return keras.random.normal(shape, stddev=0.3, dtype=dtype)
class L(keras.layers.Layer):
    def build(self, input_shape):
        self.kernel = self.add_weight(name="kernel", shape=[int(input_shape[-1]), 50], initializer=my_init)
        self.uniform = self.add_weight(name="u", shape=[300], initializer=lambda shape, dtype=None: keras.random.uniform(shape, -0.2, 0.2))
        self.z = self.add_weight(name="z", shape=[30], initializer=lambda s, dtype: ops.zeros(s))
        self.f = self.add_weight(name="f", shape=[30], initializer=lambda s, dtype: ops.ones(s) * 3.0)
    def call(self, x):
        return ops.matmul(x, self.kernel)
i = keras.Input((30,))
model = keras.Model(i, L()(i))
