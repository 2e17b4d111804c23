# lambda layers
import keras
from keras import layers, ops
inp = keras.Input((16, 16, 3))
x = layers.Lambda(lambda t: t / 127.5 - 1.0)(inp)
x = layers.Lambda(lambda t: ops.pad(t, [[0, 0], [1, 1], [1, 1], [0, 0]]), name="pad")(x)
x = layers.Conv2D(8, 3)(x)
x = layers.Lambda(lambda t: ops.mean(t, axis=[1, 2]))(x)
a = layers.Dense(5)(x)
b = layers.Dense(5)(x)
d = layers.Lambda(lambda ts: ops.abs(ts[0] - ts[1]))([a, b])
e = layers.Lambda(lambda ts: ops.sqrt(ops.sum(ops.square(ts[0] - ts[1]), axis=1, keepdims=True)), output_shape=(1,))([a, b])
model = keras.Model(inp, layers.Dense(1)(layers.Concatenate()([d, e])))
