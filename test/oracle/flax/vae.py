"""A variational autoencoder of dense layers, put together in `setup`."""
import flax.linen as nn
import jax
import jax.numpy as jnp


class Encoder(nn.Module):
    latents: int

    @nn.compact
    def __call__(self, x):
        x = nn.relu(nn.Dense(500, name="fc1")(x))
        return nn.Dense(self.latents, name="fc2_mean")(x), nn.Dense(self.latents, name="fc2_logvar")(x)


class Decoder(nn.Module):
    pixels: int

    def setup(self):
        self.hidden = nn.Dense(500, kernel_init=nn.initializers.xavier_uniform())
        self.out = nn.Dense(self.pixels, bias_init=nn.initializers.constant(-1.5))

    def __call__(self, z):
        return self.out(nn.relu(self.hidden(z)))


class VAE(nn.Module):
    latents: int = 20
    pixels: int = 784

    def setup(self):
        self.encoder = Encoder(self.latents)
        self.decoder = Decoder(self.pixels)

    def __call__(self, x):
        mean, logvar = self.encoder(x)
        std = jnp.exp(0.5 * logvar)
        noise = jax.random.normal(self.make_rng("params"), logvar.shape)
        return self.decoder(mean + noise * std), mean, logvar

    def generate(self, z):
        return nn.sigmoid(self.decoder(z))
