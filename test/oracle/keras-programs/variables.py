# keras.Variable of a tensor, and of an initializer and a shape
import keras
from keras import ops
class L(keras.layers.Layer):
    def __init__(self, d):
        super().__init__()
        self.gamma = keras.Variable(initializer=ops.ones((d,)), name="gamma")
        self.w = keras.Variable(initializer="glorot_uniform", shape=(d, d), name="w")
        self.t = keras.Variable(keras.random.normal((d, 40), stddev=0.02), name="t")
    def call(self, x):
        return ops.matmul(x * self.gamma, self.w) @ self.t
i = keras.Input((30,))
model = keras.Model(i, L(30)(i))
