# einsum layers and attention of every kind
import keras
from keras import layers
i = keras.Input((10, 32))
x = layers.EinsumDense("abc,cde->abde", output_shape=(None, 4, 8), bias_axes="de", kernel_initializer="glorot_uniform")(i)
x = layers.EinsumDense("abde,def->abf", output_shape=(None, 64), bias_axes="f")(x)
x = layers.EinsumDense("ab...,bc->ac...", output_shape=(7, 64), bias_axes=None)(x) if False else x
x = layers.GroupQueryAttention(head_dim=16, num_query_heads=4, num_key_value_heads=2)(x, x)
x = layers.AdditiveAttention()([x, x])
x = layers.Attention(use_scale=True)([x, x])
model = keras.Model(i, layers.Dense(3)(x))
