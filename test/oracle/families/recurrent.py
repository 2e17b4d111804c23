"""Recurrent networks over long sequences: RNN, LSTM, GRU; several layers, both directions, and what is read at the end."""

from torch import nn
from torch.nn import init


class Sequence(nn.Module):
    def __init__(
        self,
        cell="lstm",
        inputs=32,
        hidden=64,
        layers=1,
        bidirectional=False,
        read="last",
        scheme="default",
        nonlinearity="tanh",
        forget=0.0,
        classes=10,
    ):
        super().__init__()
        if cell == "rnn":
            self.rnn = nn.RNN(
                inputs, hidden, layers, nonlinearity=nonlinearity, batch_first=True, bidirectional=bidirectional
            )
        else:
            kind = nn.LSTM if cell == "lstm" else nn.GRU
            self.rnn = kind(inputs, hidden, layers, batch_first=True, bidirectional=bidirectional)
        self.read = read
        self.head = nn.Linear(hidden * (2 if bidirectional else 1), classes)
        self.initialize(scheme, hidden, forget)

    def initialize(self, scheme, hidden, forget):
        for name, parameter in self.rnn.named_parameters():
            if scheme != "default":
                if "weight_ih" in name:
                    init.xavier_uniform_(parameter)
                elif "weight_hh" in name:
                    if scheme == "orthogonal":
                        init.orthogonal_(parameter)
                    elif scheme == "xavier":
                        init.xavier_uniform_(parameter)
                    else:
                        init.normal_(parameter, std=0.1)
                else:
                    init.zeros_(parameter)
            if forget > 0 and "bias_ih" in name:
                parameter.data[hidden : 2 * hidden].fill_(forget)

    def forward(self, x):
        states, _ = self.rnn(x)
        if self.read == "last":
            return self.head(states[:, -1])
        if self.read == "mean":
            return self.head(states.mean(dim=1))
        return self.head(states)


class LanguageModel(nn.Module):
    """Tokens in, the next token out at every step; the table may serve as the head."""

    def __init__(self, cell="lstm", vocabulary=100, width=64, layers=1, tied=False):
        super().__init__()
        self.embedding = nn.Embedding(vocabulary, width)
        kind = {"rnn": nn.RNN, "lstm": nn.LSTM, "gru": nn.GRU}[cell]
        self.rnn = kind(width, width, layers, batch_first=True)
        self.head = nn.Linear(width, vocabulary)
        if tied:
            self.head.weight = self.embedding.weight

    def forward(self, tokens):
        states, _ = self.rnn(self.embedding(tokens))
        return self.head(states)
