"""An autoencoder of eight layers under the default."""

import torch
from torch import nn


class Autoencoder(nn.Module):
    def __init__(self):
        super().__init__()
        sizes = [784, 512, 256, 128, 16]
        encoder, decoder = [], []
        for before, after in zip(sizes[:-1], sizes[1:]):
            encoder += [nn.Linear(before, after), nn.ReLU()]
        for before, after in zip(sizes[:0:-1], sizes[-2::-1]):
            decoder += [nn.Linear(before, after), nn.ReLU()]
        self.encoder = nn.Sequential(*encoder[:-1])
        self.decoder = nn.Sequential(*decoder[:-1], nn.Sigmoid())

    def forward(self, x):
        return self.decoder(self.encoder(x))


if __name__ == "__main__":
    Autoencoder()(torch.randn(2, 784))
