"""Multilayer perceptrons: depth, width, activation and initializer."""

import torch
from parts import activation, initialize
from torch import nn


class Perceptron(nn.Module):
    def __init__(self, depth=10, width=128, fn="relu", scheme="default", classes=10, dropout=0.0):
        super().__init__()
        layers = []
        for _ in range(depth):
            layers += [nn.Linear(width, width), activation(fn)]
            if dropout > 0:
                layers.append(nn.Dropout(dropout))
        self.body = nn.Sequential(*layers)
        self.head = nn.Linear(width, classes)
        initialize(self, scheme)

    def forward(self, x):
        return self.head(self.body(x))


class Tapered(nn.Module):
    """Widths that change from layer to layer, and a normalization between."""

    def __init__(self, widths=(256, 512, 128, 64), norm="none", fn="relu", scheme="default", classes=10):
        super().__init__()
        layers = []
        for before, after in zip(widths, widths[1:]):
            layers.append(nn.Linear(before, after))
            if norm == "batch":
                layers.append(nn.BatchNorm1d(after))
            elif norm == "layer":
                layers.append(nn.LayerNorm(after))
            layers.append(activation(fn))
        self.body = nn.Sequential(*layers)
        self.head = nn.Linear(widths[-1], classes)
        initialize(self, scheme)

    def forward(self, x):
        return self.head(self.body(x))


class Binary(nn.Module):
    """One probability: binary cross-entropy."""

    def __init__(self, depth=4, width=128, scheme="he", labels=1):
        super().__init__()
        layers = []
        for _ in range(depth):
            layers += [nn.Linear(width, width), nn.ReLU()]
        self.body = nn.Sequential(*layers)
        self.head = nn.Linear(width, labels)
        initialize(self, scheme)

    def forward(self, x):
        return torch.sigmoid(self.head(self.body(x)))


class Autoencoder(nn.Module):
    """As wide at the end as at the beginning: squared error."""

    def __init__(self, width=256, code=32, fn="tanh", scheme="xavier"):
        super().__init__()
        self.encoder = nn.Sequential(nn.Linear(width, 128), activation(fn), nn.Linear(128, code))
        self.decoder = nn.Sequential(nn.Linear(code, 128), activation(fn), nn.Linear(128, width))
        initialize(self, scheme)

    def forward(self, x):
        return self.decoder(self.encoder(x))


class Gated(nn.Module):
    """Dense layers whose halves multiply: GLU, or SwiGLU with its three matrices, in residual branches."""

    def __init__(self, depth=6, width=128, kind="glu", scheme="default", classes=10):
        super().__init__()
        self.blocks = nn.ModuleList([(Glu if kind == "glu" else SwiGlu)(width) for _ in range(depth)])
        self.head = nn.Linear(width, classes)
        initialize(self, scheme)

    def forward(self, x):
        for block in self.blocks:
            x = x + block(x)
        return self.head(x)


class Glu(nn.Module):
    def __init__(self, width):
        super().__init__()
        self.norm = nn.LayerNorm(width)
        self.up = nn.Linear(width, 2 * width)
        self.gate = nn.GLU()
        self.down = nn.Linear(width, width)

    def forward(self, x):
        return self.down(self.gate(self.up(self.norm(x))))


class SwiGlu(nn.Module):
    def __init__(self, width):
        super().__init__()
        self.norm = nn.LayerNorm(width)
        self.gate = nn.Linear(width, 2 * width, bias=False)
        self.act = nn.SiLU()
        self.up = nn.Linear(width, 2 * width, bias=False)
        self.down = nn.Linear(2 * width, width, bias=False)

    def forward(self, x):
        x = self.norm(x)
        return self.down(self.act(self.gate(x)) * self.up(x))
