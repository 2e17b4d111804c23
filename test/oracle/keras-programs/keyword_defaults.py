# partial, dictionaries of defaults and conditions on shapes
import keras
from functools import partial
from keras import layers
DEFAULTS = dict(padding="same", kernel_initializer="he_normal", use_bias=False)
Conv = partial(layers.Conv2D, kernel_size=3, activation="relu", **DEFAULTS)
def block(x, filters, **kwargs):
    kwargs.setdefault("strides", 1)
    y = Conv(filters, **kwargs)(x)
    y = layers.BatchNormalization(gamma_initializer="zeros")(y)
    if kwargs["strides"] != 1 or x.shape[-1] != filters:
        x = layers.Conv2D(filters, 1, strides=kwargs["strides"], **{**DEFAULTS, "kernel_initializer": "glorot_normal"})(x)
    return layers.add([x, y])
inputs = layers.Input(shape=(32, 32, 3))
x = inputs
for f in [16, 16, 32]:
    x = block(x, f, strides=2 if f == 32 else 1)
x = layers.GlobalAveragePooling2D()(x)
outputs = layers.Dense(10, activation="softmax", kernel_initializer=partial(keras.initializers.RandomNormal, stddev=0.01)())(x)
model = keras.Model(inputs, outputs)
