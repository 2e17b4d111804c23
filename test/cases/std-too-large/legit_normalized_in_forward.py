"""Spectral norm, a codebook that distances are measured to, noise of fixed random features, averaged copies."""

import copy

import torch
from torch import nn
from torch.nn.utils import spectral_norm


class Discriminator(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv = spectral_norm(nn.Conv2d(3, 32, 3, padding=1))
        self.fc = spectral_norm(nn.Linear(32, 1))

    def forward(self, x):
        return self.fc(torch.relu(self.conv(x)).mean((2, 3)))


class Quantizer(nn.Module):
    def __init__(self, codes=64, width=32):
        super().__init__()
        self.encoder = nn.Linear(16, width)
        self.codebook = nn.Embedding(codes, width)
        self.codebook.weight.data.normal_()
        self.decoder = nn.Linear(width, 16)

    def forward(self, x):
        z = self.encoder(x)
        indices = torch.cdist(z, self.codebook.weight).argmin(dim=-1)
        return self.decoder(z + (self.codebook(indices) - z).detach())


class RandomFeatures(nn.Module):
    def __init__(self, width=256):
        super().__init__()
        self.register_buffer("frequencies", torch.randn(3, width) * 10)
        self.projection = nn.Linear(3, 256, bias=False)
        nn.init.normal_(self.projection.weight, std=10.0)
        self.projection.weight.requires_grad = False
        self.head = nn.Linear(2 * width, 1)

    def forward(self, x):
        angles = x @ self.frequencies + self.projection(x)
        return self.head(torch.cat([angles.sin(), angles.cos()], dim=-1))


class Teacher(nn.Module):
    def __init__(self):
        super().__init__()
        self.student = nn.Sequential(nn.Linear(8, 64), nn.ReLU(), nn.Linear(64, 4))
        self.teacher = copy.deepcopy(self.student)
        for p in self.teacher.parameters():
            p.requires_grad = False

    def forward(self, x):
        return self.student(x) - self.teacher(x)


if __name__ == "__main__":
    Discriminator()(torch.randn(2, 3, 8, 8))
    Quantizer()(torch.randn(4, 16))
    RandomFeatures()(torch.randn(4, 3))
    Teacher()(torch.randn(4, 8))
