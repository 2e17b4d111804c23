"""Plain convolutional networks, residual ones with and without normalization, and densely connected ones."""

import torch
from parts import activation, draw, initialize
from torch import nn
from torch.nn import functional as F


def norm_of(name, channels):
    if name == "batch":
        return nn.BatchNorm2d(channels)
    if name == "group":
        return nn.GroupNorm(4, channels)
    if name == "instance":
        return nn.InstanceNorm2d(channels, affine=True)
    return nn.Identity()


class Plain(nn.Module):
    def __init__(self, depth=8, width=32, fn="relu", scheme="default", pool="max", norm="none", classes=10):
        super().__init__()
        layers = []
        channels = 3
        for i in range(depth):
            layers.append(nn.Conv2d(channels, width, 3, padding=1))
            if norm != "none":
                layers.append(norm_of(norm, width))
            layers.append(activation(fn))
            if i % 3 == 2:
                if pool == "max":
                    layers.append(nn.MaxPool2d(2))
                elif pool == "average":
                    layers.append(nn.AvgPool2d(2))
            channels = width
        self.features = nn.Sequential(*layers)
        self.pool = nn.AdaptiveAvgPool2d(1)
        self.head = nn.Linear(width, classes)
        initialize(self, scheme)

    def forward(self, x):
        x = self.pool(self.features(x))
        return self.head(torch.flatten(x, 1))


class Block(nn.Module):
    def __init__(self, before, after, stride, norm, fn):
        super().__init__()
        bias = norm == "none"
        self.conv1 = nn.Conv2d(before, after, 3, stride=stride, padding=1, bias=bias)
        self.norm1 = norm_of(norm, after)
        self.act1 = activation(fn)
        self.conv2 = nn.Conv2d(after, after, 3, padding=1, bias=bias)
        self.norm2 = norm_of(norm, after)
        self.shortcut = nn.Conv2d(before, after, 1, stride=stride, bias=False) if stride > 1 else nn.Identity()
        self.act2 = activation(fn)

    def forward(self, x):
        branch = self.norm2(self.conv2(self.act1(self.norm1(self.conv1(x)))))
        return self.act2(branch + self.shortcut(x))


class Residual(nn.Module):
    def __init__(self, blocks=(2, 2), width=32, norm="batch", fn="relu", scheme="he", classes=10):
        super().__init__()
        self.stem = nn.Sequential(nn.Conv2d(3, width, 3, padding=1, bias=False), norm_of(norm, width), activation(fn))
        layers = []
        channels = width
        for stage, count in enumerate(blocks):
            for i in range(count):
                after = width * 2**stage
                layers.append(Block(channels, after, 2 if stage > 0 and i == 0 else 1, norm, fn))
                channels = after
        self.blocks = nn.Sequential(*layers)
        self.pool = nn.AdaptiveAvgPool2d(1)
        self.head = nn.Linear(channels, classes)
        initialize(self, scheme)

    def forward(self, x):
        x = self.pool(self.blocks(self.stem(x)))
        return self.head(torch.flatten(x, 1))


class PreBlock(nn.Module):
    """Normalization and activation first: nothing on the skip path."""

    def __init__(self, width, norm, fn):
        super().__init__()
        self.branch = nn.Sequential(
            norm_of(norm, width),
            activation(fn),
            nn.Conv2d(width, width, 3, padding=1),
            norm_of(norm, width),
            activation(fn),
            nn.Conv2d(width, width, 3, padding=1),
        )

    def forward(self, x):
        return x + self.branch(x)


class PreResidual(nn.Module):
    def __init__(self, depth=8, width=32, norm="batch", fn="relu", scheme="he", classes=10):
        super().__init__()
        self.stem = nn.Conv2d(3, width, 3, padding=1)
        self.blocks = nn.ModuleList([PreBlock(width, norm, fn) for _ in range(depth)])
        self.norm = norm_of(norm, width)
        self.act = activation(fn)
        self.head = nn.Linear(width, classes)
        initialize(self, scheme)

    def forward(self, x):
        x = self.stem(x)
        for block in self.blocks:
            x = block(x)
        return self.head(self.act(self.norm(x)).mean([2, 3]))


class DenseLayer(nn.Module):
    def __init__(self, channels, growth, norm, fn):
        super().__init__()
        self.norm = norm_of(norm, channels)
        self.act = activation(fn)
        self.conv = nn.Conv2d(channels, growth, 3, padding=1)

    def forward(self, x):
        return torch.cat([x, self.conv(self.act(self.norm(x)))], 1)


class Dense(nn.Module):
    def __init__(self, blocks=(4, 4), growth=16, norm="batch", fn="relu", scheme="he", classes=10):
        super().__init__()
        channels = 2 * growth
        self.stem = nn.Conv2d(3, channels, 3, padding=1)
        stages = []
        for count in blocks:
            for _ in range(count):
                stages.append(DenseLayer(channels, growth, norm, fn))
                channels += growth
            stages.append(nn.Conv2d(channels, channels // 2, 1))
            channels //= 2
            stages.append(nn.AvgPool2d(2))
        self.stages = nn.Sequential(*stages)
        self.norm = norm_of(norm, channels)
        self.act = activation(fn)
        self.head = nn.Linear(channels, classes)
        initialize(self, scheme)

    def forward(self, x):
        x = self.act(self.norm(self.stages(self.stem(x))))
        return self.head(x.mean((2, 3)))


class Standardized(nn.Conv2d):
    """Filters of mean 0 and variance 1 / fan-in (times gain and gamma), by a normalization or with mean and variance."""

    def __init__(self, before, after, kernel, written, groups=1, gamma=1.0):
        super().__init__(before, after, kernel, padding=kernel // 2, groups=groups)
        self.written = written
        self.gain = nn.Parameter(torch.ones(after, 1, 1, 1))
        self.scale = gamma * self.weight[0].numel() ** -0.5

    def forward(self, x):
        if self.written:
            var, mean = torch.var_mean(self.weight, dim=(1, 2, 3), unbiased=False, keepdim=True)
            weight = (self.weight - mean) / torch.sqrt(var + 1e-6) * self.gain * self.scale
        else:
            flat = self.weight.reshape(1, self.out_channels, -1)
            gain = (self.gain * self.scale).view(-1)
            weight = F.batch_norm(flat, None, None, weight=gain, training=True, momentum=0.0, eps=1e-6)
            weight = weight.reshape_as(self.weight)
        return F.conv2d(x, weight, self.bias, self.stride, self.padding, self.dilation, self.groups)


class StandardizedBlock(nn.Module):
    def __init__(self, width, fn, written, gamma):
        super().__init__()
        self.act1 = activation(fn)
        self.conv1 = Standardized(width, width // 2, 1, written, gamma=gamma)
        self.act2 = activation(fn)
        self.conv2 = Standardized(width // 2, width // 2, 3, written, groups=2, gamma=gamma)
        self.act3 = activation(fn)
        self.conv3 = Standardized(width // 2, width, 1, written, gamma=gamma)

    def forward(self, x):
        out = self.conv1(self.act1(x))
        out = self.conv2(self.act2(out))
        return x + 0.2 * self.conv3(self.act3(out))


class NormalizerFree(nn.Module):
    """Standardized weights in the place of normalization (Brock et al. 2021)."""

    def __init__(self, depth=4, width=64, fn="relu", gamma=1.7139588594436646, written=False, scheme="default", classes=10):
        super().__init__()
        self.stem = Standardized(3, width, 3, written)
        self.blocks = nn.ModuleList([StandardizedBlock(width, fn, written, gamma) for _ in range(depth)])
        self.last = Standardized(width, width, 1, written)
        self.act = activation(fn)
        self.head = nn.Linear(width, classes)
        initialize(self, scheme)

    def forward(self, x):
        x = self.stem(x)
        for block in self.blocks:
            x = block(x)
        return self.head(self.act(self.last(x)).mean((2, 3)))


class ResponseNorm(nn.Module):
    """Global response normalization (Woo et al. 2023), whose gain starts at zero."""

    def __init__(self, channels):
        super().__init__()
        self.gamma = nn.Parameter(torch.zeros(1, channels, 1, 1))
        self.beta = nn.Parameter(torch.zeros(1, channels, 1, 1))

    def forward(self, x):
        size = torch.linalg.vector_norm(x, dim=(2, 3), keepdim=True)
        share = size / (size.mean(dim=1, keepdim=True) + 1e-6)
        return self.gamma * (x * share) + self.beta + x


class Responding(nn.Module):
    def __init__(self, depth=4, width=32, fn="gelu", classes=10):
        super().__init__()
        self.stem = nn.Conv2d(3, width, 3, padding=1)
        self.blocks = nn.ModuleList()
        for _ in range(depth):
            self.blocks.append(
                nn.Sequential(
                    nn.Conv2d(width, width, 5, padding=2, groups=width),
                    nn.GroupNorm(4, width),
                    nn.Conv2d(width, 4 * width, 1),
                    activation(fn),
                    ResponseNorm(4 * width),
                    nn.Conv2d(4 * width, width, 1),
                )
            )
        self.head = nn.Linear(width, classes)

    def forward(self, x):
        x = self.stem(x)
        for block in self.blocks:
            x = x + block(x)
        return self.head(x.mean((2, 3)))


class Audio(nn.Module):
    """Convolutions over a signal that gets its channel; a normalization of whole channels, then positions of a convolution of groups."""

    def __init__(self, width=32, depth=3, fn="gelu", scheme="default", classes=10):
        super().__init__()
        self.first = nn.Conv1d(1, width, 10, stride=5, bias=False)
        self.norm = nn.GroupNorm(width, width)
        self.act = activation(fn)
        self.convs = nn.ModuleList([nn.Conv1d(width, width, 3, stride=2, bias=False) for _ in range(depth)])
        self.acts = nn.ModuleList([activation(fn) for _ in range(depth)])
        self.positions = nn.Conv1d(width, width, 8, padding=4, groups=4)
        self.after = activation(fn)
        self.head = nn.Linear(width, classes)
        if scheme != "default":
            for module in self.modules():
                if isinstance(module, nn.Conv1d):
                    draw(module.weight, scheme)

    def forward(self, x):
        x = self.act(self.norm(self.first(x[:, None])))
        for conv, act in zip(self.convs, self.acts):
            x = act(conv(x))
        x = x + self.after(self.positions(x)[:, :, :-1])
        return self.head(x.transpose(1, 2))


class Generator(nn.Module):
    """A code becomes a small map, which transposed convolutions enlarge."""

    def __init__(self, code=64, width=32, norm="none", fn="relu", scheme="he"):
        super().__init__()
        self.width = width
        self.dense = nn.Linear(code, width * 16)
        self.act = activation(fn)
        self.norm = nn.BatchNorm2d(width) if norm == "batch" else nn.Identity()
        self.up1 = nn.ConvTranspose2d(width, width, 4, stride=2, padding=1)
        self.act1 = activation(fn)
        self.up2 = nn.ConvTranspose2d(width, 3, 4, stride=2, padding=1)
        initialize(self, scheme)

    def forward(self, x):
        x = self.act(self.norm(self.dense(x).view(-1, self.width, 4, 4)))
        return self.up2(self.act1(self.up1(x)))
