# activations of the user's own
import keras
from keras import layers, activations, ops
def mish2(x):
    return x * ops.tanh(ops.softplus(x))
i = keras.Input((32,))
x = layers.Dense(32, activation=mish2)(i)
x = layers.Dense(32, activation=keras.ops.relu)(x)
x = layers.Dense(32, activation=activations.get("gelu"))(x)
x = layers.Dense(32, activation=layers.LeakyReLU(negative_slope=0.1))(x)
x = layers.Dense(32, activation=lambda t: ops.relu(t) ** 2)(x)
x = activations.silu(x)
x = ops.where(x > 0, x, 0.2 * x)
x = ops.clip(x, -1.0, 1.0)
x = layers.Activation(mish2)(x)
x = layers.Activation(keras.activations.hard_sigmoid)(x)
model = keras.Model(i, layers.Dense(2, activation=None)(x))
