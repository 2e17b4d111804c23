"""Messages along the edges of a dense graph, a few rounds of one scanned layer."""
import flax.linen as nn
import jax.numpy as jnp


class Round(nn.Module):
    width: int

    @nn.compact
    def __call__(self, nodes, adjacency):
        messages = nn.Sequential([nn.Dense(self.width), nn.silu, nn.Dense(self.width)])(nodes)
        gathered = adjacency @ messages
        update = nn.DenseGeneral(self.width, kernel_init=nn.initializers.he_uniform())(
            jnp.concatenate([nodes, gathered], axis=-1)
        )
        return nn.LayerNorm()(nodes + update), None


class GraphNet(nn.Module):
    width: int = 48
    rounds: int = 3
    outputs: int = 4

    @nn.compact
    def __call__(self, nodes, adjacency):
        nodes = nn.Dense(self.width, name="embed")(nodes)
        layers = nn.scan(
            Round,
            variable_axes={"params": 0},
            split_rngs={"params": True},
            in_axes=nn.broadcast,
            length=self.rounds,
        )
        nodes, _ = layers(self.width, name="rounds")(nodes, adjacency)
        pooled = jnp.mean(nodes, axis=1)
        scale = self.param("scale", nn.initializers.uniform(scale=0.5), (self.width,))
        return nn.Dense(self.outputs)(nn.PReLU()(pooled * scale))
