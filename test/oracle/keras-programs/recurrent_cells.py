# recurrent cells, alone and stacked
import keras
from keras import layers
i = keras.Input((10, 8))
x = layers.RNN(layers.LSTMCell(32), return_sequences=True)(i)
x = layers.RNN(layers.GRUCell(24, kernel_initializer="he_uniform"), return_sequences=True)(x)
x = layers.RNN([layers.LSTMCell(16), layers.LSTMCell(12)], return_sequences=True)(x)
x = layers.RNN(layers.StackedRNNCells([layers.SimpleRNNCell(10), layers.GRUCell(9)]))(x)
model = keras.Model(i, layers.Dense(3)(x))
