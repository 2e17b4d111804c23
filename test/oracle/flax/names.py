"""How linen names what is made in `setup`, inside of compact methods, handed over, shared and transformed."""
import functools

import flax.linen as nn
import jax
import jax.numpy as jnp


class Dense(nn.Module):
    features: int = 5

    @nn.compact
    def __call__(self, x):
        return nn.Dense(self.features)(x)


class Step(nn.Module):
    @nn.compact
    def __call__(self, x, _):
        return nn.Dense(x.shape[-1])(x), None


class Body(nn.Module):
    body: nn.Module

    @nn.compact
    def __call__(self, x):
        return nn.Dense(2)(self.body(x))


class Compact(nn.Module):
    @nn.compact
    def __call__(self, x):
        x = nn.Sequential([nn.Dense(3), nn.relu, nn.Dense(4)])(x)
        x = Body(nn.Dense(3))(x)
        x = Body(body=nn.Dense(4, name="inner"))(x)
        x = Body(nn.Sequential([nn.Dense(3), lambda y: nn.Dense(y.shape[-1] + 1)(y)]))(x)
        for layer in range(2):
            x = nn.Dense(4, name=f"layer_{layer}")(x)
        shared = Dense(4)
        x = shared(shared(x))
        head = functools.partial(nn.Dense, 3, use_bias=False)
        return head()(x), head(name="other")(x)


class Setup(nn.Module):
    depth: int = 2

    def setup(self):
        self.net = nn.Sequential([nn.Dense(3), nn.relu, nn.Dense(4)])
        self.layers = [nn.Dense(2) for _ in range(self.depth)]
        self.named = {"a": nn.Dense(3), "b": [nn.Dense(4)]}
        twice = nn.Dense(4)
        self.first = twice
        self.second = twice
        self.inner = Dense(4)
        self.never = nn.Dense(7)
        self.token = self.param("token", nn.initializers.normal(1.0), (1, 4))

    def head(self, x):
        return self.inner(x)

    def __call__(self, x):
        x = self.net(x)
        for layer in self.layers:
            x = layer(x)
        x = self.named["b"][0](self.named["a"](x))
        return self.head(self.second(self.first(x)) + self.token)


class Transformed(nn.Module):
    def setup(self):
        self.deep = nn.scan(Step, variable_axes={"params": 0}, split_rngs={"params": True}, length=3)()
        self.many = nn.vmap(
            Dense,
            variable_axes={"params": 0},
            split_rngs={"params": True},
            in_axes=None,
            out_axes=0,
            axis_size=4,
        )(2)

    @nn.compact
    def __call__(self, x):
        x, _ = self.deep(x, None)
        last = nn.scan(Step, variable_axes={"params": 1}, split_rngs={"params": True}, length=2)
        x, _ = last()(x, None)
        x = nn.remat(Dense)()(x)
        x = nn.jit(Dense)(6)(x)
        return self.many(x)


class Parameters(nn.Module):
    @nn.compact
    def __call__(self, x):
        kernel = self.param("kernel", nn.initializers.lecun_normal(), (x.shape[-1], 64))
        half = self.param("half", lambda key: jnp.ones((64,)) * 0.5)
        bias = self.param("bias", nn.initializers.zeros, (64,))
        drawn = self.param("drawn", lambda key, shape: jax.random.normal(key, shape) * 0.3, (64, 64))
        counter = self.variable("stats", "count", jnp.zeros, (3,))
        counter.value = counter.value + 1
        return (x @ kernel * half + bias) @ drawn


class Recurrent(nn.Module):
    @nn.compact
    def __call__(self, x):
        x = nn.RNN(nn.LSTMCell(8), name="encoder")(x)
        x = nn.RNN(nn.GRUCell(8, name="gru"))(x)
        x = nn.Bidirectional(nn.RNN(nn.OptimizedLSTMCell(8)), nn.RNN(nn.OptimizedLSTMCell(8)))(x)
        x = nn.RNN(nn.SimpleCell(6))(x)
        x = nn.RNN(nn.MGUCell(6))(x)
        cell = nn.GRUCell(5)
        carry = cell.initialize_carry(jax.random.key(0), x[:, 0].shape)
        for step in range(2):
            carry, y = cell(carry, x[:, step])
        return y


class RecurrentSetup(nn.Module):
    def setup(self):
        self.rnn = nn.RNN(nn.LSTMCell(8), return_carry=True)
        self.both = nn.Bidirectional(nn.RNN(nn.GRUCell(8)), nn.RNN(nn.SimpleCell(8)))

    def __call__(self, x):
        carry, y = self.rnn(x)
        return self.both(y), carry


class Layers(nn.Module):
    @nn.compact
    def __call__(self, x):
        x = nn.MultiHeadDotProductAttention(num_heads=2, qkv_features=8, out_features=12, normalize_qk=True)(x)
        x = nn.SelfAttention(num_heads=2, out_kernel_init=nn.initializers.zeros_init())(x)
        x = nn.Einsum((12, 6), "...d,df->...f")(x)
        x = nn.DenseGeneral(6, axis=(-2, -1))(nn.DenseGeneral((3, 4))(x))
        x = nn.LayerNorm(feature_axes=(-2, -1), reduction_axes=(-2, -1))(x)
        x = nn.RMSNorm()(nn.LayerNorm(use_bias=False)(x))
        x = nn.GroupNorm(num_groups=3)(x)
        x = nn.GroupNorm(num_groups=None, group_size=2, use_scale=False)(x)
        x = nn.BatchNorm(use_running_average=False)(nn.InstanceNorm()(x))
        x = nn.ConvTranspose(4, (3, 3), strides=(2, 2))(x)
        x = nn.Conv(8, (3, 3), feature_group_count=2, strides=2, padding=1)(x)
        x = nn.ConvLocal(3, (2, 2), padding="VALID")(x)
        x = nn.PReLU()(x)
        x = nn.WeightNorm(nn.Conv(5, (3, 3)), use_scale=False)(x)
        x = nn.WeightNorm(nn.Dense(4, name="weighed"), scale_init=nn.initializers.constant(2.0))(x)
        return nn.SpectralNorm(nn.Dense(6))(x, update_stats=True)


def sequential():
    return nn.Sequential([nn.Dense(3), nn.relu, nn.Dense(2)])
