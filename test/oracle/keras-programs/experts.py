# a mixture of experts in a registered layer
import keras
from keras import layers, ops
@keras.saving.register_keras_serializable(package="my")
class Gate(layers.Layer):
    def __init__(self, experts=3, units=16, **kwargs):
        super().__init__(**kwargs)
        self.experts = [layers.Dense(units, activation="relu", kernel_initializer="he_uniform") for _ in range(experts)]
        self.gate = layers.Dense(experts, activation="softmax")
    def call(self, x):
        g = self.gate(x)
        outs = ops.stack([e(x) for e in self.experts], axis=1)
        return ops.sum(ops.expand_dims(g, -1) * outs, axis=1)
    def get_config(self):
        return {**super().get_config(), "experts": 3}
i = keras.Input((20,))
model = keras.Model(i, Gate()(i))
