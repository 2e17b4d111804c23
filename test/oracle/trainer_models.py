"""Small PyTorch models, one per kind of layer, and what one backward pass of each gives.

Run as a program it prints one JSON object per line: model, weights, batch, loss, gradients. Every class says what it is fed
with: `shape` (without the batch), `tokens` for integers, `loss` and, for classes, how many there are. The analyzer reads the
same source.
"""
import base64
import json
import sys

import torch
import torch.nn as nn
import torch.nn.functional as F


class Mlp(nn.Module):
    shape = (12,)

    def __init__(self):
        super().__init__()
        self.fc1 = nn.Linear(12, 32)
        self.fc2 = nn.Linear(32, 32, bias=False)
        self.fc3 = nn.Linear(32, 5)

    def forward(self, x):
        x = F.relu(self.fc1(x))
        x = torch.relu(self.fc2(x))
        return self.fc3(x)


class DeepMlp(nn.Module):
    shape = (16,)

    def __init__(self):
        super().__init__()
        layers = []
        for _ in range(20):
            layers += [nn.Linear(16, 16), nn.Tanh()]
        self.body = nn.Sequential(*layers)
        self.head = nn.Linear(16, 4)

    def forward(self, x):
        return self.head(self.body(x))


class Cnn(nn.Module):
    shape = (3, 16, 16)

    def __init__(self):
        super().__init__()
        self.conv1 = nn.Conv2d(3, 8, 3, padding=1)
        self.bn1 = nn.BatchNorm2d(8)
        self.conv2 = nn.Conv2d(8, 16, 3, stride=2, padding=1, bias=False)
        self.bn2 = nn.BatchNorm2d(16)
        self.pool = nn.MaxPool2d(2)
        self.fc = nn.Linear(16 * 4 * 4, 10)

    def forward(self, x):
        x = F.relu(self.bn1(self.conv1(x)))
        x = self.pool(F.relu(self.bn2(self.conv2(x))))
        return self.fc(torch.flatten(x, 1))


class Residual(nn.Module):
    shape = (8, 8, 8)

    def __init__(self):
        super().__init__()
        self.conv1 = nn.Conv2d(8, 8, 3, padding=1)
        self.conv2 = nn.Conv2d(8, 8, 3, padding=1)
        self.down = nn.Conv2d(8, 16, 1, stride=2)
        self.conv3 = nn.Conv2d(8, 16, 3, stride=2, padding=1)
        self.head = nn.Linear(16, 6)

    def forward(self, x):
        x = x + self.conv2(F.relu(self.conv1(x)))
        x = F.relu(self.down(x) + self.conv3(x))
        return self.head(F.adaptive_avg_pool2d(x, 1).flatten(1))


class Depthwise(nn.Module):
    shape = (4, 10, 10)

    def __init__(self):
        super().__init__()
        self.spread = nn.Conv2d(4, 8, 3, padding=1, groups=4)
        self.depth = nn.Conv2d(8, 8, 3, stride=2, padding=1, groups=8)
        self.dilated = nn.Conv2d(8, 8, 3, padding=2, dilation=2, groups=8)
        self.point = nn.Conv2d(8, 12, 1)
        self.head = nn.Linear(12, 3)

    def forward(self, x):
        x = F.relu6(self.depth(self.spread(x)))
        x = F.relu(self.point(self.dilated(x)))
        return self.head(x.mean((2, 3)))


class StandardizedConv(nn.Conv2d):
    """Filters of mean 0 and variance gain^2 / 4."""

    def __init__(self, *sizes, **options):
        super().__init__(*sizes, **options)
        self.gain = nn.Parameter(torch.rand(self.out_channels, 1, 1, 1) + 0.5)

    def forward(self, x):
        flat = self.weight.reshape(1, self.out_channels, -1)
        gain = (self.gain * 0.5).view(-1)
        weight = F.batch_norm(flat, None, None, weight=gain, training=True, momentum=0.0, eps=1e-3)
        return F.conv2d(x, weight.reshape_as(self.weight), self.bias, self.stride, self.padding, self.dilation, self.groups)


class StandardizedWeights(nn.Module):
    shape = (4, 10, 10)

    def __init__(self):
        super().__init__()
        self.first = StandardizedConv(4, 8, 3, padding=1)
        self.grouped = StandardizedConv(8, 8, 3, stride=2, padding=1, groups=2)
        self.head = nn.Linear(8, 3)

    def forward(self, x):
        x = torch.tanh(self.first(x))
        return self.head(torch.tanh(self.grouped(x)).mean((2, 3)))


class Convolutions(nn.Module):
    shape = (4, 13, 11)

    def __init__(self):
        super().__init__()
        self.wide = nn.Conv2d(4, 6, (1, 5), padding=(0, 2))
        self.grouped = nn.Conv2d(6, 8, 3, padding=1, groups=2)
        self.dilated = nn.Conv2d(8, 8, 3, padding=2, dilation=2)
        self.both = nn.Conv2d(8, 8, 3, stride=2, padding=2, dilation=2)
        self.big = nn.Conv2d(8, 8, 5, stride=2, padding=2)
        self.unequal = nn.Conv2d(8, 6, 2, stride=(1, 2), padding=1)
        self.head = nn.Linear(6, 3)

    def forward(self, x):
        x = torch.tanh(self.grouped(self.wide(x)))
        x = torch.tanh(self.both(self.dilated(x)))
        x = torch.tanh(self.unequal(self.big(x)))
        return self.head(x.mean(dim=(2, 3)))


class Transposed(nn.Module):
    shape = (6, 5, 5)
    loss = "mse"

    def __init__(self):
        super().__init__()
        self.up1 = nn.ConvTranspose2d(6, 8, 4, stride=2, padding=1)
        self.up2 = nn.ConvTranspose2d(8, 4, 3, stride=2, padding=1, output_padding=1)
        self.up3 = nn.ConvTranspose2d(4, 2, 3, padding=1)

    def forward(self, x):
        x = F.relu(self.up1(x))
        return self.up3(F.relu(self.up2(x)))


class Sequence(nn.Module):
    shape = (4, 20)

    def __init__(self):
        super().__init__()
        self.conv1 = nn.Conv1d(4, 8, 5, stride=2, padding=2)
        self.bn = nn.BatchNorm1d(8)
        self.conv2 = nn.Conv1d(8, 8, 3, padding=2, dilation=2)
        self.pool = nn.MaxPool1d(2)
        self.head = nn.Linear(8 * 5, 3)

    def forward(self, x):
        x = F.relu(self.bn(self.conv1(x)))
        x = self.pool(F.leaky_relu(self.conv2(x), 0.2))
        return self.head(x.flatten(1))


class Volume(nn.Module):
    shape = (2, 6, 8, 8)

    def __init__(self):
        super().__init__()
        self.conv1 = nn.Conv3d(2, 4, 3, padding=1)
        self.bn = nn.BatchNorm3d(4)
        self.pool = nn.MaxPool3d(3, stride=2, padding=1)
        self.conv2 = nn.Conv3d(4, 6, 3, stride=2, padding=1)
        self.average = nn.AvgPool3d(2, ceil_mode=True)
        self.head = nn.Linear(6, 3)

    def forward(self, x):
        x = self.pool(F.relu(self.bn(self.conv1(x))))
        x = self.average(F.relu(self.conv2(x)))
        return self.head(x.mean((2, 3, 4)))


class VolumeUp(nn.Module):
    shape = (3, 2, 3, 3)
    loss = "mse"

    def __init__(self):
        super().__init__()
        self.up1 = nn.ConvTranspose3d(3, 4, 3, stride=2, padding=1, output_padding=1)
        self.up2 = nn.ConvTranspose3d(4, 2, (2, 3, 3), padding=(0, 1, 1))

    def forward(self, x):
        return self.up2(torch.tanh(self.up1(x)))


class Pools(nn.Module):
    shape = (3, 15, 15)

    def __init__(self):
        super().__init__()
        self.stem = nn.Conv2d(3, 4, 3, padding=1)
        self.overlap = nn.MaxPool2d(3, stride=2, padding=1)
        self.counted = nn.AvgPool2d(3, stride=2, padding=1)
        self.uncounted = nn.AvgPool2d(3, stride=1, padding=1, count_include_pad=False)
        self.ceil = nn.MaxPool2d(2, ceil_mode=True)
        self.mid = nn.Conv2d(4, 4, 1)
        self.head = nn.Linear(4 * 4, 3)

    def forward(self, x):
        # All negative, so that padding would show if it counted as zero.
        x = self.overlap(-F.softplus(self.stem(x)))
        x = self.uncounted(self.counted(self.mid(x)))
        return self.head(self.ceil(F.pad(x, (0, -1, 0, -1))).flatten(1))


class Adaptive(nn.Module):
    shape = (3, 11, 7)

    def __init__(self):
        super().__init__()
        self.stem = nn.Conv2d(3, 6, 3)
        self.average = nn.AdaptiveAvgPool2d((4, 3))
        self.maximum = nn.AdaptiveMaxPool2d((3, 2))
        self.left = nn.Linear(6 * 12, 4)
        self.right = nn.Linear(6 * 6, 4)

    def forward(self, x):
        x = torch.tanh(self.stem(x))
        return self.left(self.average(x).flatten(1)) + self.right(self.maximum(x).flatten(1))


class Norms(nn.Module):
    shape = (8, 6, 6)

    def __init__(self):
        super().__init__()
        self.stem = nn.Conv2d(8, 8, 3, padding=1)
        self.group = nn.GroupNorm(2, 8)
        self.instance = nn.InstanceNorm2d(8, affine=True)
        self.plain = nn.BatchNorm2d(8, affine=False)
        self.fc = nn.Linear(8 * 36, 16)
        self.layer = nn.LayerNorm(16)
        self.bn = nn.BatchNorm1d(16)
        self.head = nn.Linear(16, 4)

    def forward(self, x):
        x = torch.relu(self.group(self.stem(x)))
        x = torch.tanh(self.plain(x * self.instance(x)))
        x = self.bn(torch.sigmoid(self.layer(self.fc(x.flatten(1)))))
        return self.head(x)


class Resized(nn.Module):
    shape = (3, 6, 5)

    def __init__(self):
        super().__init__()
        self.stem = nn.Conv2d(3, 4, 3, padding=1, padding_mode="zeros")
        self.nearest = nn.Upsample(scale_factor=2)
        self.linear = nn.Upsample(scale_factor=2, mode="bilinear", align_corners=False)
        self.mirror = nn.ReflectionPad2d(2)
        self.edge = nn.ReplicationPad2d((1, 0, 2, 1))
        self.conv1 = nn.Conv2d(4, 4, 3)
        self.conv2 = nn.Conv2d(4, 4, 3, stride=2)
        self.head = nn.Linear(4, 3)

    def forward(self, x):
        x = torch.tanh(self.stem(x))
        x = torch.tanh(self.conv1(self.mirror(self.nearest(x))))
        x = torch.tanh(self.conv2(self.edge(self.linear(x))))
        return self.head(x.mean((2, 3)))


class Lstm(nn.Module):
    shape = (7,)
    tokens = 11

    def __init__(self):
        super().__init__()
        self.embedding = nn.Embedding(11, 6)
        self.lstm = nn.LSTM(6, 8, num_layers=2, batch_first=True, bidirectional=True)
        self.head = nn.Linear(16, 4)

    def forward(self, x):
        x, _ = self.lstm(self.embedding(x))
        return self.head(x[:, -1])


class Gru(nn.Module):
    shape = (7, 5)

    def __init__(self):
        super().__init__()
        self.gru = nn.GRU(5, 8, num_layers=2, batch_first=True)
        self.rnn = nn.RNN(8, 6, batch_first=True, nonlinearity="relu")
        self.head = nn.Linear(6, 4)

    def forward(self, x):
        x, _ = self.gru(x)
        x, _ = self.rnn(x)
        return self.head(x[:, -1, :])


class Attention(nn.Module):
    shape = (6, 8)

    def __init__(self):
        super().__init__()
        self.attention = nn.MultiheadAttention(8, 2, batch_first=True)
        self.norm = nn.LayerNorm(8)
        self.fc1 = nn.Linear(8, 16)
        self.fc2 = nn.Linear(16, 8)
        self.head = nn.Linear(8, 3)

    def forward(self, x):
        y, _ = self.attention(x, x, x)
        x = self.norm(x + y)
        x = x + self.fc2(F.gelu(self.fc1(x)))
        return self.head(x.mean(dim=1))


class Products(nn.Module):
    shape = (6, 8)

    def __init__(self):
        super().__init__()
        self.qkv = nn.Linear(8, 24)
        self.scale = nn.Parameter(torch.full((8,), 0.5))
        self.out = nn.Linear(16, 3)

    def forward(self, x):
        q, k, v = self.qkv(x).chunk(3, dim=-1)
        weights = torch.softmax(q @ k.transpose(-2, -1) / 8**0.5, dim=-1)
        y = (weights @ v) * self.scale
        z = torch.cat([y, x - v], dim=-1)
        return self.out(z[:, 0] * z.mean(dim=1))


class Turned(nn.Module):
    """Attention whose positions are angles, of complex numbers and of halves; a key and a value for two queries."""

    shape = (6, 8)

    def __init__(self):
        super().__init__()
        self.q = nn.Linear(8, 8)
        self.kv = nn.Linear(8, 8)
        self.out = nn.Linear(8, 3)
        angles = torch.outer(torch.arange(6).float(), 1.0 / 10 ** (torch.arange(0, 4, 2).float() / 4))
        self.register_buffer("angles", angles, persistent=False)

    def turn(self, x):
        numbers = torch.view_as_complex(x.reshape(*x.shape[:-1], -1, 2))
        return torch.view_as_real(numbers * torch.polar(torch.ones_like(self.angles), self.angles)).flatten(-2)

    def forward(self, x):
        q = self.turn(self.q(x).view(-1, 6, 2, 4).transpose(1, 2))
        k, v = self.kv(x).view(-1, 6, 1, 8).transpose(1, 2).chunk(2, dim=-1)
        k, v = self.turn(k).repeat_interleave(2, dim=1), v.expand(-1, 2, -1, -1)
        turns = torch.cat([self.angles, self.angles], dim=-1)
        k = k * turns.cos() + torch.cat([-k[..., 2:], k[..., :2]], dim=-1) * turns.sin()
        y = torch.softmax(q @ k.transpose(-2, -1) / 2, dim=-1) @ v
        return self.out(y.transpose(1, 2).reshape(-1, 6, 8).mean(dim=1))


class Windows(nn.Module):
    """A map cut into rolled windows, products within them, every other place joined to channels."""

    shape = (4, 6, 3)

    def __init__(self):
        super().__init__()
        self.qk = nn.Linear(3, 6)
        self.merge = nn.Linear(12, 4)
        self.head = nn.Linear(4, 3)

    def forward(self, x):
        y = torch.roll(x, shifts=(-1, 2), dims=(1, 2))
        y = y.view(-1, 2, 2, 2, 3, 3).permute(0, 1, 3, 2, 4, 5).reshape(-1, 6, 3)
        q, k = self.qk(y).chunk(2, dim=-1)
        y = y + F.normalize(q, dim=-1) @ F.normalize(k, dim=-1).transpose(-2, -1) @ y
        y = y.view(-1, 2, 2, 2, 3, 3).permute(0, 1, 3, 2, 4, 5).reshape(-1, 4, 6, 3)
        y = torch.roll(y, shifts=(1, -2), dims=(1, 2))
        y = torch.cat([y[:, 0::2, 0::2], y[:, 1::2, 0::2], y[:, 0::2, 1::2], y[:, 1::2, 1::2]], -1)
        return self.head(self.merge(y)[:, :, ::2].mean(dim=(1, 2)))


class LanguageModel(nn.Module):
    shape = (6,)
    tokens = 9
    loss = "ce-last"

    def __init__(self):
        super().__init__()
        self.embedding = nn.Embedding(9, 8)
        self.fc = nn.Linear(8, 8)
        self.head = nn.Linear(8, 9)

    def forward(self, x):
        return self.head(torch.tanh(self.fc(self.embedding(x))))


class Segmentation(nn.Module):
    shape = (3, 8, 8)
    loss = "ce-image"

    def __init__(self):
        super().__init__()
        self.conv1 = nn.Conv2d(3, 6, 3, padding=1)
        self.conv2 = nn.Conv2d(6, 4, 1)

    def forward(self, x):
        return self.conv2(F.relu(self.conv1(x)))


class Binary(nn.Module):
    shape = (10,)
    loss = "bce"

    def __init__(self):
        super().__init__()
        self.fc1 = nn.Linear(10, 12)
        self.fc2 = nn.Linear(12, 1)

    def forward(self, x):
        return torch.sigmoid(self.fc2(torch.tanh(self.fc1(x))))


class Activations(nn.Module):
    """Every activation function on its own dense layer, so that each shows in a gradient of its own."""

    shape = (10,)
    loss = "mse"

    def __init__(self):
        super().__init__()
        self.sigmoid = nn.Linear(10, 6)
        self.gelu = nn.Linear(10, 6)
        self.gelu_tanh = nn.Linear(10, 6)
        self.silu = nn.Linear(10, 6)
        self.mish = nn.Linear(10, 6)
        self.softplus = nn.Linear(10, 6)
        self.softsign = nn.Linear(10, 6)
        self.elu = nn.Linear(10, 6)
        self.selu = nn.Linear(10, 6)
        self.celu = nn.Linear(10, 6)
        self.leaky = nn.Linear(10, 6)
        self.prelu_in = nn.Linear(10, 6)
        self.prelu = nn.PReLU(6)
        self.relu6 = nn.Linear(10, 6)
        self.hardtanh = nn.Linear(10, 6)
        self.hardswish = nn.Linear(10, 6)
        self.hardsigmoid = nn.Linear(10, 6)
        self.logsigmoid = nn.Linear(10, 6)
        self.glu = nn.Linear(10, 12)

    def forward(self, x):
        y = torch.sigmoid(self.sigmoid(x)) + F.gelu(self.gelu(x)) + F.gelu(self.gelu_tanh(x), approximate="tanh")
        y = y + F.silu(self.silu(x)) + F.mish(self.mish(x)) + F.softplus(self.softplus(x))
        y = y + F.softsign(self.softsign(x)) + F.elu(self.elu(x), 0.7) + F.selu(self.selu(x)) + F.celu(self.celu(x), 1.5)
        y = y + F.leaky_relu(self.leaky(x), 0.3) + self.prelu(self.prelu_in(x)) + F.relu6(4 * self.relu6(x))
        y = y + F.hardtanh(self.hardtanh(x)) + F.hardswish(self.hardswish(x)) + F.hardsigmoid(self.hardsigmoid(x))
        return y + F.logsigmoid(self.logsigmoid(x)) + F.glu(self.glu(x))


MODELS = [Mlp, DeepMlp, Cnn, Residual, Depthwise, Convolutions, Transposed, Sequence, Volume, VolumeUp, Pools, Adaptive, Norms,
          Resized, Lstm, Gru, Attention, Products, Turned, Windows, LanguageModel, Segmentation, Binary, Activations]
BATCH = 5


def main():
    for index, model in enumerate(MODELS):
        torch.manual_seed(index)
        print(json.dumps(backward(model)), flush=True)


def backward(kind):
    """In float64, from weights and inputs that float32 holds exactly."""
    net = kind()
    for parameter in net.parameters():
        # Biases and gains away from their special values, which would hide mistakes.
        parameter.data += 0.05 * torch.randn_like(parameter)
    weights = {name: parameter.detach().clone() for name, parameter in net.named_parameters()}
    net = net.double()
    tokens = getattr(kind, "tokens", None)
    shape = (BATCH, *kind.shape)
    x = torch.randn(shape) if tokens is None else torch.randint(tokens, shape)
    output = net(x.double() if tokens is None else x)
    output.retain_grad()
    loss, target = judge(getattr(kind, "loss", "ce"), output)
    loss.backward()
    return {
        "model": kind.__name__,
        "loss": getattr(kind, "loss", "ce"),
        "shape": list(kind.shape),
        "batch": BATCH,
        "outputShape": list(output.shape),
        "inputs": pack(x.float()),
        "target": pack(target.float()),
        "value": loss.item(),
        "weights": {name: pack(value) for name, value in weights.items()},
        "gradients": {name: pack(parameter.grad.float()) for name, parameter in net.named_parameters()},
        "outputGradient": pack(output.grad.float()),
    }


def judge(kind, output):
    if kind == "mse":
        target = torch.randn(output.shape)
        return F.mse_loss(output, target.double()), target
    if kind == "bce":
        target = torch.randint(2, output.shape)
        return F.binary_cross_entropy(output, target.double()), target
    if kind == "ce-last":
        target = torch.randint(output.shape[-1], output.shape[:-1])
        return F.cross_entropy(output.reshape(-1, output.shape[-1]), target.reshape(-1)), target
    classes = output.shape[1]
    target = torch.randint(classes, (output.shape[0], *output.shape[2:]))
    return F.cross_entropy(output, target), target


def pack(tensor):
    """Little-endian float32, as base64."""
    return base64.b64encode(tensor.contiguous().numpy().astype("<f4").tobytes()).decode()


if __name__ == "__main__":
    sys.exit(main())
