"""Parameters without a layer of their own, and sizes that are computed by running part of the network."""

import torch
import torch.nn as nn
import torch.nn.functional as F


class Measured(nn.Module):
    def __init__(self, image=(3, 28, 28)):
        super().__init__()
        self.features = nn.Sequential(nn.Conv2d(image[0], 8, 3), nn.ReLU(), nn.MaxPool2d(2), nn.Conv2d(8, 8, 3))
        self.head = nn.Linear(self.flat(image), 5)
        with torch.no_grad():
            again = self.features(torch.zeros(1, *image)).view(1, -1).size(1)
        self.other = nn.Linear(again, 4)

    def flat(self, shape):
        o = self.features(torch.zeros(1, *shape))
        return int(torch.prod(torch.tensor(o.size()[1:])))

    def forward(self, x):
        x = self.features(x).flatten(1)
        return self.head(x), self.other(x)


class Raw(nn.Module):
    def __init__(self, n=20):
        super().__init__()
        self.w1 = nn.Parameter(torch.empty(n, 30))
        self.b1 = nn.Parameter(torch.zeros(30))
        self.w2 = nn.Parameter(torch.empty(16, 30))
        nn.init.kaiming_normal_(self.w1)
        nn.init.xavier_normal_(self.w2)
        self.norm = nn.LayerNorm(16)

    def forward(self, x):
        x = F.relu(torch.matmul(x, self.w1) + self.b1)
        return self.norm(F.linear(x, self.w2)) @ self.w2


class Scaled(nn.Module):
    def __init__(self):
        super().__init__()
        self.a = nn.Linear(10, 20)
        self.scales = nn.Parameter(torch.ones(20))
        self.alpha = nn.Parameter(torch.tensor(0.0))
        self.conv = nn.Conv1d(4, 4, 3)
        self.beta = nn.Parameter(torch.full((1, 4, 1), 1e-5))
        self.last = nn.AdaptiveMaxPool1d(3)

    def forward(self, x):
        y = self.a(x) * self.scales
        y = y + self.alpha * torch.tanh(y)
        z = y.unsqueeze(1).expand(-1, 4, -1)
        return self.last(self.conv(z) * self.beta)


class Gated(nn.Module):
    def __init__(self):
        super().__init__()
        self.c = nn.Conv1d(12, 24, 3, padding=1)
        self.d = nn.Linear(12, 8)
        self.e = nn.Linear(4, 4)

    def forward(self, x):
        x = F.glu(self.c(x), dim=1)
        x, _ = x.max(dim=2)
        a, b = self.d(x).chunk(2, dim=-1)
        return self.e(F.normalize(a * torch.sigmoid(b), dim=-1))


class StochasticDepth(nn.Module):
    def __init__(self, rate):
        super().__init__()
        self.rate = rate
        self.scale = nn.Parameter(torch.ones(1) * rate)

    def forward(self, x):
        return x * self.scale


class Rates(nn.Module):
    def __init__(self, depth=4, rate=0.3, w_m=2.5):
        super().__init__()
        rates = [x.item() for x in torch.linspace(0, rate, depth)]
        self.blocks = nn.ModuleList([StochasticDepth(r) if r > 0.0 else nn.Identity() for r in rates])
        widths = (torch.round(torch.divide(8 * torch.pow(w_m, torch.arange(depth)), 8)) * 8).int().tolist()
        self.layers = nn.Sequential(*[nn.Linear(a, b) for a, b in zip(widths[:-1], widths[1:])])

    def forward(self, x):
        for block in self.blocks:
            x = block(x)
        return self.layers(x)


class Functional(nn.Module):
    """Layers whose weights are passed to functions."""

    def __init__(self):
        super().__init__()
        self.kernel = nn.Parameter(torch.randn(8, 3, 3, 3) * 0.1)
        self.table = nn.Parameter(torch.empty(50, 8).uniform_(-0.5, 0.5))
        self.gain = nn.Parameter(torch.ones(8))
        self.shift = nn.Parameter(torch.zeros(8))
        self.project = nn.Linear(8, 8)

    def forward(self, image, tokens):
        x = F.conv2d(image, self.kernel, stride=2, padding=1).flatten(2).transpose(1, 2)
        x = F.layer_norm(x, (8,), self.gain, self.shift)
        t = F.embedding(tokens, self.table)
        scores = torch.einsum("bid,bjd->bij", self.project(x), t) / 8**0.5
        return torch.einsum("bij,bjd->bid", scores.softmax(-1), t)


class Unpacked(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv = nn.Conv2d(1, 4, 5)
        self.bn = nn.BatchNorm2d(4)

    def forward(self, x):
        b, c, h, w = x.shape
        x = self.bn(self.conv(x)).reshape(b, 4, -1)
        return x.permute(0, 2, 1).contiguous().mean(dim=1, keepdim=True)


class Shared(nn.Module):
    """One layer, called three times."""

    def __init__(self):
        super().__init__()
        self.fc = nn.Linear(16, 16)
        self.norm = nn.LayerNorm(16)

    def forward(self, x, mask=None, *, everything: bool = False):
        outs = []
        for _ in range(3):
            x = x + F.gelu(self.fc(self.norm(x)))
            outs.append(x)
        if mask is not None:
            x = x * mask
        if everything:
            return outs
        return {"logits": x, "count": len(outs)}
