# a model that is called twice, and a distance
import keras
from keras import layers, ops
def base(shape):
    i = keras.Input(shape)
    x = layers.Flatten()(i)
    x = layers.Dense(128, activation="relu")(x)
    x = layers.Dropout(0.1)(x)
    x = layers.Dense(128, activation="relu")(x)
    return keras.Model(i, x)
def euclid(vects):
    x, y = vects
    s = ops.sum(ops.square(x - y), axis=1, keepdims=True)
    return ops.sqrt(ops.maximum(s, keras.backend.epsilon()))
net = base((28, 28))
a = keras.Input((28, 28))
b = keras.Input((28, 28))
m = layers.Lambda(euclid, output_shape=(1,))([net(a), net(b)])
n = layers.BatchNormalization()(m)
model = keras.Model([a, b], layers.Dense(1, activation="sigmoid")(n))
