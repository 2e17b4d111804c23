# bidirectional layers of every merge mode
import keras
from keras.layers import Embedding, Bidirectional, LSTM, GRU, Dense, TimeDistributed, SimpleRNN
model = keras.models.Sequential()
model.add(keras.Input((12,)))
model.add(Embedding(500, 24))
model.add(Bidirectional(LSTM(32, return_sequences=True), merge_mode="sum"))
model.add(Bidirectional(GRU(20, return_sequences=True, kernel_initializer="he_normal"), backward_layer=GRU(20, return_sequences=True, go_backwards=True)))
model.add(Bidirectional(SimpleRNN(16, return_sequences=True), merge_mode="ave"))
model.add(TimeDistributed(Dense(10, activation="relu")))
model.add(LSTM(16, unit_forget_bias=True, bias_initializer="ones"))
model.add(Dense(1))
