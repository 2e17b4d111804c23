# attention written with keras.ops
import keras
from keras import layers, ops
class Attn(layers.Layer):
    def __init__(self, dim, heads=4, **kw):
        super().__init__(**kw)
        self.dim, self.heads = dim, heads
        self.qkv = layers.Dense(3 * dim, use_bias=False)
        self.proj = layers.Dense(dim)
        self.scale = (dim // heads) ** -0.5
    def build(self, input_shape):
        n = input_shape[1]
        self.pos = self.add_weight(name="pos", shape=(1, n, self.dim), initializer=keras.initializers.TruncatedNormal(stddev=0.02))
        self.cls = self.add_weight(name="cls", shape=(1, 1, self.dim), initializer="zeros")
        self.qkv.build(input_shape)
        self.proj.build(input_shape)
    def call(self, x):
        b = ops.shape(x)[0]
        n = x.shape[1]
        x = x + self.pos
        qkv = ops.reshape(self.qkv(x), (-1, n, 3, self.heads, self.dim // self.heads))
        qkv = ops.transpose(qkv, (2, 0, 3, 1, 4))
        q, k, v = qkv[0], qkv[1], qkv[2]
        a = ops.matmul(q, ops.transpose(k, (0, 1, 3, 2))) * self.scale
        a = ops.softmax(a, axis=-1)
        o = ops.matmul(a, v)
        o = ops.reshape(ops.transpose(o, (0, 2, 1, 3)), (-1, n, self.dim))
        c = ops.repeat(self.cls, b, axis=0)
        o = self.proj(o)
        return ops.concatenate([c, o], axis=1)
i = keras.Input((16, 32))
x = Attn(32)(i)
x = ops.split(x, 2, axis=-1)[0]
x = ops.squeeze(ops.expand_dims(x[:, 0], 1), 1)
model = keras.Model(i, layers.Dense(3)(x))
