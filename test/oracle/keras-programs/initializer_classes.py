# initializer classes of the user's, and derived from Keras' own
import keras
from keras import ops
class MyInit(keras.initializers.Initializer):
    def __init__(self, mean, stddev):
        self.mean = mean
        self.stddev = stddev
    def __call__(self, shape, dtype=None, **kwargs):
        return keras.random.normal(shape, mean=self.mean, stddev=self.stddev, dtype=dtype)
    def get_config(self):
        return {"mean": self.mean, "stddev": self.stddev}
class SirenInit(keras.initializers.RandomUniform):
    def __init__(self, fan_in, w0=30.0):
        bound = (6.0 / fan_in) ** 0.5 / w0
        super().__init__(minval=-bound, maxval=bound)
i = keras.Input((30,))
x = keras.layers.Dense(64, kernel_initializer=MyInit(0.1, 0.2))(i)
x = keras.layers.Dense(64, kernel_initializer=SirenInit(64))(x)
x = keras.layers.Dense(64, kernel_initializer=keras.initializers.HeNormal(seed=3), bias_initializer=keras.initializers.RandomNormal(stddev=0.01))(x)
model = keras.Model(i, x)
