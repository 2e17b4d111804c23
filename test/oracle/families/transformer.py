"""Transformers: normalization before or after, with and without a causal mask, language models and vision transformers."""

import math

import torch
from parts import activation
from torch import nn


class Projection(nn.Module):
    """A dense layer on one row per token, its weight the other way round. What it gives is measured behind it."""

    def __init__(self, inputs, outputs):
        super().__init__()
        self.weight = nn.Parameter(torch.empty(inputs, outputs).normal_(std=0.02))
        self.bias = nn.Parameter(torch.zeros(outputs))
        self.outputs = outputs
        self.dropout = nn.Dropout(0.0)

    def forward(self, x):
        rows = torch.addmm(self.bias, x.view(-1, x.size(-1)), self.weight)
        return self.dropout(rows.view(x.size()[:-1] + (self.outputs,)))


class SelfAttention(nn.Module):
    """Written out: one projection for queries, keys and values, scores, mask, softmax."""

    def __init__(self, width, heads, causal, linear=nn.Linear):
        super().__init__()
        self.heads = heads
        self.causal = causal
        self.qkv = linear(width, 3 * width)
        self.out = linear(width, width)

    def forward(self, x):
        batch, length, width = x.shape
        q, k, v = self.qkv(x).chunk(3, dim=-1)
        q, k, v = (t.view(batch, length, self.heads, width // self.heads).transpose(1, 2) for t in (q, k, v))
        scores = q @ k.transpose(-2, -1) / math.sqrt(width // self.heads)
        if self.causal:
            future = torch.ones(length, length, dtype=torch.bool).triu(1)
            scores = scores.masked_fill(future, float("-inf"))
        mixed = scores.softmax(dim=-1) @ v
        return self.out(mixed.transpose(1, 2).reshape(batch, length, width))


class PackedAttention(nn.Module):
    """Queries, keys and values on an axis of their own, as in most vision transformers."""

    def __init__(self, width, heads, causal):
        super().__init__()
        self.heads = heads
        self.qkv = nn.Linear(width, 3 * width)
        self.out = nn.Linear(width, width)

    def forward(self, x):
        batch, length, width = x.shape
        packed = self.qkv(x).reshape(batch, length, 3, self.heads, width // self.heads).permute(2, 0, 3, 1, 4)
        q, k, v = packed.unbind(0)
        scores = q * (width // self.heads) ** -0.5 @ k.transpose(-2, -1)
        mixed = scores.softmax(dim=-1) @ v
        return self.out(mixed.transpose(1, 2).reshape(batch, length, width))


class ModuleAttention(nn.Module):
    """PyTorch's own module."""

    def __init__(self, width, heads, causal):
        super().__init__()
        self.causal = causal
        self.attention = nn.MultiheadAttention(width, heads, batch_first=True)

    def forward(self, x):
        length = x.shape[1]
        mask = torch.ones(length, length, dtype=torch.bool).triu(1) if self.causal else None
        mixed, _ = self.attention(x, x, x, attn_mask=mask, need_weights=False)
        return mixed


class Feedforward(nn.Module):
    def __init__(self, width, fn):
        super().__init__()
        self.up = nn.Linear(width, 4 * width)
        self.act = activation(fn)
        self.down = nn.Linear(4 * width, width)

    def forward(self, x):
        return self.down(self.act(self.up(x)))


class SwiGlu(nn.Module):
    def __init__(self, width):
        super().__init__()
        self.gate = nn.Linear(width, 2 * width, bias=False)
        self.act = nn.SiLU()
        self.up = nn.Linear(width, 2 * width, bias=False)
        self.down = nn.Linear(2 * width, width, bias=False)

    def forward(self, x):
        return self.down(self.act(self.gate(x)) * self.up(x))


class RmsNorm(nn.Module):
    def __init__(self, width, eps=1e-6):
        super().__init__()
        self.weight = nn.Parameter(torch.ones(width))
        self.eps = eps

    def forward(self, x):
        return self.weight * (x * torch.rsqrt(x.pow(2).mean(-1, keepdim=True) + self.eps))


class Block(nn.Module):
    def __init__(self, width, heads, causal, norm_first, fn, written, norm, dropout):
        super().__init__()
        self.norm_first = norm_first
        kinds = {True: SelfAttention, False: ModuleAttention, "packed": PackedAttention}
        self.attention = kinds[written](width, heads, causal)
        self.feedforward = SwiGlu(width) if fn == "swiglu" else Feedforward(width, fn)
        self.norm1 = RmsNorm(width) if norm == "rms" else nn.LayerNorm(width)
        self.norm2 = RmsNorm(width) if norm == "rms" else nn.LayerNorm(width)
        self.dropout = nn.Dropout(dropout)

    def forward(self, x):
        if self.norm_first:
            x = x + self.dropout(self.attention(self.norm1(x)))
            return x + self.dropout(self.feedforward(self.norm2(x)))
        x = self.norm1(x + self.dropout(self.attention(x)))
        return self.norm2(x + self.dropout(self.feedforward(x)))


class Gpt(nn.Module):
    """A language model with learned positions. `scheme`: PyTorch's defaults, or GPT-2's std with or without 1/sqrt(2 depth)."""

    def __init__(
        self,
        depth=4,
        width=64,
        heads=4,
        length=32,
        vocabulary=100,
        causal=True,
        norm_first=True,
        fn="gelu",
        scheme="gpt2",
        tied=True,
        written=True,
        norm="layer",
        dropout=0.0,
    ):
        super().__init__()
        self.tokens = nn.Embedding(vocabulary, width)
        self.positions = nn.Embedding(length, width)
        self.blocks = nn.ModuleList(
            [Block(width, heads, causal, norm_first, fn, written, norm, dropout) for _ in range(depth)]
        )
        self.norm = RmsNorm(width) if norm == "rms" else nn.LayerNorm(width)
        self.head = nn.Linear(width, vocabulary, bias=False)
        if scheme != "default":
            self.apply(self.draw)
        if scheme == "gpt2":
            for name, parameter in self.named_parameters():
                if name.endswith(("out.weight", "out_proj.weight", "down.weight")):
                    nn.init.normal_(parameter, mean=0.0, std=0.02 / math.sqrt(2 * depth))
        if tied:
            self.head.weight = self.tokens.weight

    def draw(self, module):
        if isinstance(module, nn.Linear):
            nn.init.normal_(module.weight, mean=0.0, std=0.02)
            if module.bias is not None:
                nn.init.zeros_(module.bias)
        elif isinstance(module, nn.Embedding):
            nn.init.normal_(module.weight, mean=0.0, std=0.02)

    def forward(self, tokens):
        places = torch.arange(tokens.shape[1], device=tokens.device)
        x = self.tokens(tokens) + self.positions(places)
        for block in self.blocks:
            x = block(x)
        return self.head(self.norm(x))


class Vit(nn.Module):
    """Patches, a class token, learned positions."""

    def __init__(self, depth=4, width=64, heads=4, size=32, patch=8, norm_first=True, written=True, pool="token", classes=10):
        super().__init__()
        self.patches = nn.Conv2d(3, width, patch, stride=patch)
        count = (size // patch) ** 2
        self.pool = pool
        self.token = nn.Parameter(torch.zeros(1, 1, width))
        self.positions = nn.Parameter(torch.empty(1, count + 1, width).normal_(std=0.02))
        self.blocks = nn.Sequential(
            *[Block(width, heads, False, norm_first, "gelu", written, "layer", 0.0) for _ in range(depth)]
        )
        self.norm = nn.LayerNorm(width)
        self.head = nn.Linear(width, classes)
        for module in self.modules():
            if isinstance(module, nn.Linear):
                nn.init.trunc_normal_(module.weight, std=0.02)
                nn.init.zeros_(module.bias)

    def forward(self, x):
        x = self.patches(x).flatten(2).transpose(1, 2)
        x = torch.cat([self.token.expand(x.shape[0], -1, -1), x], dim=1) + self.positions
        x = self.norm(self.blocks(x))
        return self.head(x[:, 0] if self.pool == "token" else x.mean(dim=1))


class Encoder(nn.Module):
    """PyTorch's own encoder layers over vectors."""

    def __init__(self, depth=4, width=64, heads=4, norm_first=False, dropout=0.0, classes=10):
        super().__init__()
        layer = nn.TransformerEncoderLayer(
            width, heads, dim_feedforward=4 * width, dropout=dropout, batch_first=True, norm_first=norm_first
        )
        self.encoder = nn.TransformerEncoder(layer, depth)
        self.head = nn.Linear(width, classes)

    def forward(self, x):
        return self.head(self.encoder(x).mean(dim=1))


class CrossAttention(nn.Module):
    """Queries of one sequence, keys and values of another, written out."""

    def __init__(self, width, heads):
        super().__init__()
        self.heads = heads
        self.query = nn.Linear(width, width)
        self.pair = nn.Linear(width, 2 * width)
        self.out = nn.Linear(width, width)

    def forward(self, x, memory):
        batch, length, width = x.shape
        query = self.query(x).view(batch, length, self.heads, -1).transpose(1, 2)
        key, value = self.pair(memory).chunk(2, dim=-1)
        key, value = (t.view(batch, memory.shape[1], self.heads, -1).transpose(1, 2) for t in (key, value))
        mixed = (query @ key.transpose(-2, -1) / math.sqrt(width // self.heads)).softmax(dim=-1) @ value
        return self.out(mixed.transpose(1, 2).reshape(batch, length, width))


class DecoderBlock(nn.Module):
    def __init__(self, width, heads, norm):
        super().__init__()
        self.norm1, self.norm2, self.norm3 = (RmsNorm(width) if norm == "rms" else nn.LayerNorm(width) for _ in range(3))
        self.attention = SelfAttention(width, heads, True)
        self.cross = CrossAttention(width, heads)
        self.feedforward = Feedforward(width, "relu")

    def forward(self, x, memory):
        x = x + self.attention(self.norm1(x))
        x = x + self.cross(self.norm2(x), memory)
        return x + self.feedforward(self.norm3(x))


class Stack(nn.Module):
    """An encoder, or a decoder where there is a memory; tokens or their vectors."""

    def __init__(self, blocks, tokens, positions, norm):
        super().__init__()
        self.tokens, self.norm = tokens, norm
        self.positions = positions
        self.blocks = nn.ModuleList(blocks)

    def forward(self, ids=None, vectors=None, memory=None):
        if (ids is None) == (vectors is None):
            raise ValueError("either token ids or their vectors")
        x = self.tokens(ids) if vectors is None else vectors
        x = x + self.positions(torch.arange(x.shape[1], device=x.device))
        for block in self.blocks:
            x = block(x) if memory is None else block(x, memory)
        return self.norm(x)


class Translator(nn.Module):
    """Encoder and decoder over one table of tokens. The decoder's are optional, as many libraries declare them."""

    def __init__(self, depth=3, width=64, heads=4, source=24, target=32, vocabulary=100, norm="layer"):
        super().__init__()
        tokens = nn.Embedding(vocabulary, width)
        norms = [RmsNorm(width) if norm == "rms" else nn.LayerNorm(width) for _ in range(2)]
        blocks = [Block(width, heads, False, True, "relu", True, norm, 0.0) for _ in range(depth)]
        self.encoder = Stack(blocks, tokens, nn.Embedding(source, width), norms[0])
        decoding = [DecoderBlock(width, heads, norm) for _ in range(depth)]
        self.decoder = Stack(decoding, tokens, nn.Embedding(target, width), norms[1])
        self.head = nn.Linear(width, vocabulary)

    def forward(self, ids=None, mask=None, decoder_ids=None, vectors=None, decoder_vectors=None):
        memory = self.encoder(ids, vectors)
        return self.head(self.decoder(decoder_ids, decoder_vectors, memory))


def angles(length, width, base=10000.0):
    """Of every position and pair of units."""
    speeds = 1.0 / base ** (torch.arange(0, width, 2).float() / width)
    return torch.outer(torch.arange(length).float(), speeds)


def turn_halves(x, turns):
    """The first half of the units are the first of their pairs."""
    turns = torch.cat((turns, turns), dim=-1)
    first, second = x[..., : x.shape[-1] // 2], x[..., x.shape[-1] // 2 :]
    return x * turns.cos() + torch.cat((-second, first), dim=-1) * turns.sin()


def turn_pairs(x, turns):
    """Neighbours are pairs."""
    first, second = x[..., ::2], x[..., 1::2]
    cos, sin = turns.cos(), turns.sin()
    return torch.stack((first * cos - second * sin, first * sin + second * cos), dim=-1).flatten(-2)


def turn_complex(x, turns):
    """Neighbours are a complex number."""
    numbers = torch.view_as_complex(x.reshape(*x.shape[:-1], -1, 2))
    return torch.view_as_real(numbers * torch.polar(torch.ones_like(turns), turns)).flatten(-2)


class RotaryAttention(nn.Module):
    """Positions turn queries and keys; a key and a value for several queries."""

    def __init__(self, width, heads, groups, turn, cap):
        super().__init__()
        self.heads, self.groups, self.size, self.cap = heads, groups, width // heads, cap
        self.turn = {"halves": turn_halves, "pairs": turn_pairs, "complex": turn_complex}[turn]
        self.query = nn.Linear(width, width, bias=False)
        self.key = nn.Linear(width, groups * self.size, bias=False)
        self.value = nn.Linear(width, groups * self.size, bias=False)
        self.out = nn.Linear(width, width, bias=False)

    def forward(self, x, turns):
        batch, length, width = x.shape
        query = self.query(x).view(batch, length, self.heads, self.size).transpose(1, 2)
        key = self.key(x).view(batch, length, self.groups, self.size).transpose(1, 2)
        value = self.value(x).view(batch, length, self.groups, self.size).transpose(1, 2)
        query, key = self.turn(query, turns), self.turn(key, turns)
        if self.groups != self.heads:
            times = self.heads // self.groups
            key = key[:, :, None].expand(batch, self.groups, times, length, self.size).reshape(batch, self.heads, length, self.size)
            value = value.repeat_interleave(times, dim=1)
        scores = query @ key.transpose(-2, -1) / math.sqrt(self.size)
        if self.cap is None:
            scores = scores.masked_fill(torch.ones(length, length, dtype=torch.bool).triu(1), float("-inf"))
        else:
            scores = torch.tanh(scores / self.cap) * self.cap + past_only(batch, length, scores)
        mixed = scores.softmax(dim=-1) @ value
        return self.out(mixed.transpose(1, 2).reshape(batch, length, width))


def past_only(batch, length, scores):
    """What is added to scores: nothing for tokens up to the query's own, and the least number for later ones."""
    places = torch.arange(length)
    past = (places[None, None, None, :] <= places[None, None, :, None]).expand(batch, -1, length, length)
    return torch.where(past, torch.zeros((), dtype=scores.dtype), torch.finfo(scores.dtype).min)


def grouped_product(rows, matrices, ends):
    """Rows up to each end times a matrix of their own."""
    if hasattr(nn.functional, "grouped_mm"):
        return nn.functional.grouped_mm(rows, matrices, offs=ends)
    parts = rows.tensor_split(ends[:-1].tolist())
    return torch.cat([part @ matrix for part, matrix in zip(parts, matrices)])


class Experts(nn.Module):
    """Each token goes through some of the experts, and what they say is summed by the router's weights."""

    def __init__(self, width, hidden, experts, chosen, scores, normalized, std):
        super().__init__()
        self.experts, self.chosen, self.scores, self.normalized = experts, chosen, scores, normalized
        self.router = nn.Parameter(torch.empty(experts, width).normal_(std=std))
        self.up = nn.Parameter(torch.empty(experts, 2 * hidden, width).normal_(std=std))
        self.down = nn.Parameter(torch.empty(experts, width, hidden).normal_(std=std))
        self.dropout = nn.Dropout(0.0)

    def forward(self, x):
        rows = x.reshape(-1, x.shape[-1])
        scores = nn.functional.linear(rows, self.router)
        scores = scores.softmax(dim=-1) if self.scores == "softmax" else scores.sigmoid()
        weights, experts = torch.topk(scores, self.chosen, dim=-1)
        if self.normalized:
            weights = weights / weights.sum(dim=-1, keepdim=True)
        experts, order = torch.sort(experts.reshape(-1))
        ends = torch.bincount(experts, minlength=self.experts).cumsum(0)
        gate, value = grouped_product(rows[order // self.chosen], self.up.transpose(1, 2), ends).chunk(2, dim=-1)
        said = grouped_product(nn.functional.silu(gate) * value, self.down.transpose(1, 2), ends)
        said = said * weights.reshape(-1)[order].unsqueeze(-1)
        places = torch.empty_like(order)
        places[order] = torch.arange(order.size(0))
        mixed = said[places].view(rows.size(0), self.chosen, rows.size(1)).sum(dim=1)
        return self.dropout(mixed.view(x.shape))


class MixtureBlock(nn.Module):
    def __init__(self, width, heads, experts):
        super().__init__()
        self.norm1 = RmsNorm(width)
        self.attention = RotaryAttention(width, heads, heads, "halves", None)
        self.norm2 = RmsNorm(width)
        self.feedforward = experts

    def forward(self, x, turns):
        x = x + self.attention(self.norm1(x), turns)
        return x + self.feedforward(self.norm2(x))


class Mixture(nn.Module):
    """A language model of experts, with normal weights throughout."""

    def __init__(self, depth=3, width=64, heads=4, experts=8, chosen=2, scores="softmax", normalized=True, std=0.1, length=32, vocabulary=100):
        super().__init__()
        self.tokens = nn.Embedding(vocabulary, width)
        self.blocks = nn.ModuleList(
            [MixtureBlock(width, heads, Experts(width, width, experts, chosen, scores, normalized, std)) for _ in range(depth)]
        )
        self.norm = RmsNorm(width)
        self.head = nn.Linear(width, vocabulary, bias=False)
        self.register_buffer("turns", angles(length, width // heads), persistent=False)

    def forward(self, tokens):
        x = self.tokens(tokens)
        for block in self.blocks:
            x = block(x, self.turns[: tokens.shape[1]])
        return self.head(self.norm(x))


class LatentAttention(nn.Module):
    """Keys and values are made of a narrow vector; only a part of each key, one for all heads, is turned, and values are narrower."""

    def __init__(self, width, heads, latent, plain, turned, told):
        super().__init__()
        self.heads, self.plain, self.turned, self.told = heads, plain, turned, told
        self.query = nn.Linear(width, heads * (plain + turned), bias=False)
        self.narrow = nn.Linear(width, latent + turned, bias=False)
        self.norm = RmsNorm(latent)
        self.widen = nn.Linear(latent, heads * (plain + told), bias=False)
        self.out = nn.Linear(heads * told, width, bias=False)

    def forward(self, x, turns):
        batch, length, _ = x.shape
        query = self.query(x).view(batch, length, self.heads, -1).transpose(1, 2)
        still, moved = query.split([self.plain, self.turned], dim=-1)
        query = torch.cat((still, turn_halves(moved, turns)), dim=-1)
        latent, moved = self.narrow(x).split([self.norm.weight.numel(), self.turned], dim=-1)
        moved = turn_halves(moved.view(batch, 1, length, self.turned), turns)
        wide = self.widen(self.norm(latent)[:, None]).view(batch, length, self.heads, -1).transpose(1, 2)
        still, value = wide.split([self.plain, self.told], dim=-1)
        key = wide.new_empty(*wide.shape[:-1], self.plain + self.turned)
        key[..., : self.plain] = still
        key[..., self.plain :].copy_(moved.expand(-1, self.heads, -1, -1))
        scores = torch.matmul(query, key.transpose(2, 3)) / math.sqrt(self.plain + self.turned)
        mixed = (scores + past_only(batch, length, scores)).softmax(dim=-1) @ value
        return self.out(mixed.transpose(1, 2).reshape(batch, length, -1))


class LatentBlock(nn.Module):
    def __init__(self, width, heads):
        super().__init__()
        self.norm1 = RmsNorm(width)
        self.attention = LatentAttention(width, heads, latent=24, plain=24, turned=8, told=16)
        self.norm2 = RmsNorm(width)
        self.feedforward = SwiGlu(width)

    def forward(self, x, turns):
        x = x + self.attention(self.norm1(x), turns)
        return x + self.feedforward(self.norm2(x))


class Latent(nn.Module):
    """A language model whose keys and values are compressed."""

    def __init__(self, depth=3, width=64, heads=4, length=32, vocabulary=100):
        super().__init__()
        self.tokens = nn.Embedding(vocabulary, width)
        self.blocks = nn.ModuleList([LatentBlock(width, heads) for _ in range(depth)])
        self.norm = RmsNorm(width)
        self.head = nn.Linear(width, vocabulary, bias=False)
        self.register_buffer("turns", angles(length, 8), persistent=False)

    def forward(self, tokens):
        x = self.tokens(tokens)
        for block in self.blocks:
            x = block(x, self.turns[: tokens.shape[1]])
        return self.head(self.norm(x))


class RotaryBlock(nn.Module):
    def __init__(self, width, heads, groups, turn, cap):
        super().__init__()
        self.norm1 = RmsNorm(width)
        self.attention = RotaryAttention(width, heads, groups, turn, cap)
        self.norm2 = RmsNorm(width)
        self.feedforward = SwiGlu(width)

    def forward(self, x, turns):
        x = x + self.attention(self.norm1(x), turns)
        return x + self.feedforward(self.norm2(x))


class Rotary(nn.Module):
    """A language model whose positions are angles. `scheme`: PyTorch's defaults, or std 0.02 for all. `cap`: of the scores."""

    def __init__(self, depth=4, width=64, heads=4, groups=4, length=32, vocabulary=100, turn="halves", scheme="default", cap=None):
        super().__init__()
        self.tokens = nn.Embedding(vocabulary, width)
        self.blocks = nn.ModuleList([RotaryBlock(width, heads, groups, turn, cap) for _ in range(depth)])
        self.norm = RmsNorm(width)
        self.head = nn.Linear(width, vocabulary, bias=False)
        self.register_buffer("turns", angles(length, width // heads), persistent=False)
        if scheme == "plain":
            for parameter in self.parameters():
                if parameter.dim() > 1:
                    nn.init.normal_(parameter, std=0.02)

    def forward(self, tokens):
        x = self.tokens(tokens)
        turns = self.turns[: tokens.shape[1]]
        for block in self.blocks:
            x = block(x, turns)
        return self.head(self.norm(x))


class Sinusoids(nn.Module):
    """Positions as Vaswani et al. (2017) have them: a sine and a cosine of every speed."""

    def __init__(self, width, length):
        super().__init__()
        table = torch.zeros(length, width)
        places = torch.arange(0, length).unsqueeze(1).float()
        speeds = torch.exp(torch.arange(0, width, 2).float() * (-math.log(10000.0) / width))
        table[:, 0::2] = torch.sin(places * speeds)
        table[:, 1::2] = torch.cos(places * speeds)
        self.register_buffer("table", table.unsqueeze(0))

    def forward(self, x):
        return x + self.table[:, : x.size(1)]


class Placed(nn.Module):
    """A language model whose positions are sines and cosines, more of them than it reads."""

    def __init__(self, depth=3, width=64, heads=4, length=5000, vocabulary=100, norm_first=False, causal=True):
        super().__init__()
        self.width = width
        self.tokens = nn.Embedding(vocabulary, width)
        self.positions = Sinusoids(width, length)
        self.blocks = nn.ModuleList(
            [Block(width, heads, causal, norm_first, "relu", True, "layer", 0.0) for _ in range(depth)]
        )
        self.norm = nn.LayerNorm(width)
        self.head = nn.Linear(width, vocabulary)
        for parameter in self.parameters():
            if parameter.dim() > 1:
                nn.init.xavier_uniform_(parameter)

    def forward(self, tokens):
        x = self.positions(self.tokens(tokens) * math.sqrt(self.width))
        for block in self.blocks:
            x = block(x)
        return self.head(self.norm(x))


class RowBlock(nn.Module):
    def __init__(self, width, heads):
        super().__init__()
        self.norm1 = nn.LayerNorm(width)
        self.attention = SelfAttention(width, heads, True, Projection)
        self.norm2 = nn.LayerNorm(width)
        self.up = Projection(width, 4 * width)
        self.down = Projection(4 * width, width)

    def forward(self, x):
        x = x + self.attention(self.norm1(x))
        return x + self.down(nn.functional.gelu(self.up(self.norm2(x))))


class Rows(nn.Module):
    """A language model whose projections see batch and tokens as one axis."""

    def __init__(self, depth=4, width=64, heads=4, length=32, vocabulary=100):
        super().__init__()
        self.tokens = nn.Embedding(vocabulary, width)
        self.positions = nn.Embedding(length, width)
        self.blocks = nn.ModuleList([RowBlock(width, heads) for _ in range(depth)])
        self.norm = nn.LayerNorm(width)
        self.head = nn.Linear(width, vocabulary, bias=False)

    def forward(self, tokens):
        x = self.tokens(tokens) + self.positions(torch.arange(tokens.shape[1], device=tokens.device))
        for block in self.blocks:
            x = block(x)
        return self.head(self.norm(x))


class Gathered(Rotary):
    """Looks its angles up in a table of many positions, and gives the last hidden states too, as for a cache."""

    def __init__(self, positions=4096, **arguments):
        super().__init__(length=positions, **arguments)

    def forward(self, tokens):
        x = self.tokens(tokens)
        turns = self.turns[torch.arange(tokens.shape[1], device=tokens.device).unsqueeze(0)]
        for block in self.blocks:
            x = block(x, turns)
        return self.head(self.norm(x)), x
