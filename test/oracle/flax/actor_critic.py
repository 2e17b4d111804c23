"""Policy and value of a game's frames, in the manner of Flax's PPO example."""
import flax.linen as nn
import jax.numpy as jnp


class ActorCritic(nn.Module):
    actions: int = 6

    @nn.compact
    def __call__(self, x):
        x = x.astype(jnp.float32) / 255.0
        x = nn.Conv(features=32, kernel_size=(8, 8), strides=(4, 4), name="conv1", dtype=jnp.float32)(x)
        x = nn.relu(x)
        x = nn.Conv(features=64, kernel_size=(4, 4), strides=(2, 2), name="conv2", dtype=jnp.float32)(x)
        x = nn.relu(x)
        x = nn.Conv(features=64, kernel_size=(3, 3), strides=(1, 1), name="conv3", dtype=jnp.float32)(x)
        x = nn.relu(x)
        x = x.reshape((x.shape[0], -1))
        x = nn.Dense(features=512, name="hidden", kernel_init=nn.initializers.orthogonal(jnp.sqrt(2)))(x)
        x = nn.relu(x)
        logits = nn.Dense(features=self.actions, name="logits", kernel_init=nn.initializers.orthogonal(0.01))(x)
        value = nn.Dense(features=1, name="value", kernel_init=nn.initializers.orthogonal(1.0))(x)
        return nn.log_softmax(logits), value
