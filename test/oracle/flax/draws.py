"""Every initializer, in linen and in nnx."""
import flax.linen as nn
import jax
import jax.numpy as jnp
from flax import nnx
from jax.nn import initializers as init

kernels = {
    "default": None,
    "normal": init.normal(),
    "normal_std": init.normal(0.3),
    "uniform": init.uniform(),
    "uniform_scale": init.uniform(scale=0.5),
    "truncated": init.truncated_normal(),
    "truncated_bounds": init.truncated_normal(0.5, lower=-1.0, upper=3.0),
    "constant": init.constant(0.25),
    "zeros": init.zeros,
    "ones": init.ones,
    "glorot_uniform": init.glorot_uniform(),
    "glorot_normal": init.glorot_normal(),
    "xavier_uniform": init.xavier_uniform(),
    "xavier_normal": init.xavier_normal(),
    "lecun_uniform": init.lecun_uniform(),
    "lecun_normal": init.lecun_normal(),
    "he_uniform": init.he_uniform(),
    "he_normal": init.he_normal(),
    "kaiming_uniform": init.kaiming_uniform(),
    "kaiming_normal": init.kaiming_normal(),
    "orthogonal": init.orthogonal(1.4),
    "fan_out": init.variance_scaling(2.0, "fan_out", "normal"),
    "fan_avg": init.variance_scaling(0.5, "fan_avg", "uniform"),
    "fan_geo": init.variance_scaling(1.5, "fan_geo_avg", "truncated_normal"),
    "swapped": init.he_normal(in_axis=-1, out_axis=-2),
    "batched": init.variance_scaling(1.0, "fan_in", "normal", in_axis=0, out_axis=1),
}


def mine(key, shape, dtype=jnp.float32):
    return 0.1 + 0.2 * jax.random.uniform(key, shape, dtype, minval=-1.0, maxval=1.0)


class Dense(nn.Module):
    @nn.compact
    def __call__(self, x):
        outputs = []
        for name, kernel in kernels.items():
            options = {} if kernel is None else {"kernel_init": kernel}
            outputs.append(nn.Dense(96, name=name, **options)(x))
        outputs.append(nn.Dense(96, name="mine", kernel_init=mine)(x))
        outputs.append(nn.Dense(96, name="named", kernel_init=nn.with_partitioning(init.he_normal(), (None, None)))(x))
        return sum(outputs)


class Conv(nn.Module):
    @nn.compact
    def __call__(self, x):
        outputs = []
        for name, kernel in kernels.items():
            if name == "batched":
                continue
            options = {} if kernel is None else {"kernel_init": kernel}
            outputs.append(nn.Conv(48, (3, 3), name=name, **options)(x))
        outputs.append(nn.Conv(64, (3, 3), name="delta", kernel_init=init.delta_orthogonal(2.0))(x)[..., :48])
        return sum(outputs)


class Nnx(nnx.Module):
    def __init__(self, *, rngs: nnx.Rngs):
        self.linears = nnx.Dict(
            {
                name: nnx.Linear(64, 96, rngs=rngs, **({} if kernel is None else {"kernel_init": kernel}))
                for name, kernel in kernels.items()
            }
        )
        self.embed = nnx.Embed(50, 64, rngs=rngs)

    def __call__(self, tokens):
        x = self.embed(tokens)
        return sum(linear(x) for linear in self.linears.values())


class NnxLayers(nnx.Module):
    def __init__(self, *, rngs: nnx.Rngs):
        self.linear = nnx.Linear(12, 16, use_bias=False, rngs=rngs)
        self.general = nnx.LinearGeneral(16, (4, 6), rngs=rngs)
        self.back = nnx.LinearGeneral((4, 6), 12, axis=(-2, -1), rngs=rngs)
        self.einsum = nnx.Einsum("...d,df->...f", (12, 10), (10,), rngs=rngs)
        self.attention = nnx.MultiHeadAttention(
            2, 10, 16, out_features=14, normalize_qk=True, decode=False, rngs=rngs
        )
        self.lstm = nnx.RNN(nnx.LSTMCell(14, 8, rngs=rngs), rngs=rngs)
        self.optimized = nnx.RNN(nnx.OptimizedLSTMCell(8, 8, rngs=rngs), rngs=rngs)
        self.gru = nnx.RNN(nnx.GRUCell(8, 8, rngs=rngs), rngs=rngs)
        self.simple = nnx.RNN(nnx.SimpleCell(8, 8, rngs=rngs), rngs=rngs)
        self.both = nnx.Bidirectional(
            nnx.RNN(nnx.GRUCell(8, 8, rngs=rngs), rngs=rngs), nnx.RNN(nnx.GRUCell(8, 8, rngs=rngs), rngs=rngs), rngs=rngs
        )
        self.conv = nnx.Conv(16, 12, kernel_size=(3,), rngs=rngs)
        self.transposed = nnx.ConvTranspose(12, 8, kernel_size=(3,), strides=2, rngs=rngs)
        self.norms = nnx.Sequential(
            nnx.BatchNorm(8, rngs=rngs), nnx.GroupNorm(8, num_groups=2, rngs=rngs), nnx.InstanceNorm(8, rngs=rngs)
        )
        self.prelu = nnx.PReLU()
        self.adapted = nnx.LoRA(8, 2, 8, rngs=rngs)
        self.scale = nnx.Param(0.1)
        self.linear.kernel.value = nnx.initializers.he_normal()(rngs.params(), (12, 16))

    def __call__(self, x):
        x = self.einsum(self.back(self.general(self.linear(x))))
        x = self.both(self.simple(self.gru(self.optimized(self.lstm(self.attention(x))))))
        x = self.norms(self.transposed(self.conv(x)))
        return self.adapted(self.prelu(x)) * self.scale
