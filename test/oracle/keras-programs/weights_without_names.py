# weights without names
import keras
class L(keras.layers.Layer):
    def __init__(self, units=32):
        super().__init__()
        self.units = units
    def build(self, input_shape):
        self.w = self.add_weight((input_shape[-1], self.units), "random_normal")
        self.b = self.add_weight((self.units,), initializer="zeros")
        self.v = self.add_weight((self.units,))
        super().build(input_shape)
    def call(self, inputs):
        return inputs @ self.w + self.b + self.v
i = keras.Input((30,))
x = L(64)(i)
x = keras.layers.ReLU()(x)
x = L(10)(x)
model = keras.Model(i, x)
