"""One of every layer, as PyTorch initializes it."""

from torch import nn


class Dense(nn.Module):
    def __init__(self):
        super().__init__()
        self.linear = nn.Linear(40, 60)
        self.no_bias = nn.Linear(40, 60, bias=False)
        self.bilinear = nn.Bilinear(12, 14, 16)
        self.identity = nn.Identity(54, unused=1)


class Convolutions(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv1 = nn.Conv1d(8, 16, 5)
        self.conv2 = nn.Conv2d(8, 16, (3, 5), stride=2, padding="valid")
        self.conv3 = nn.Conv3d(4, 6, 3, bias=False)
        self.grouped = nn.Conv2d(12, 24, 3, groups=4)
        self.depthwise = nn.Conv2d(16, 16, kernel_size=3, padding=1, groups=16)
        self.up1 = nn.ConvTranspose1d(8, 6, 4)
        self.up2 = nn.ConvTranspose2d(8, 16, 4, 2, 1)
        self.up3 = nn.ConvTranspose3d(4, 8, 2, groups=2)


class Tables(nn.Module):
    def __init__(self):
        super().__init__()
        self.plain = nn.Embedding(500, 20)
        self.padded = nn.Embedding(50, 40, padding_idx=0)
        self.bag = nn.EmbeddingBag(100, 12, mode="sum")


class Norms(nn.Module):
    def __init__(self):
        super().__init__()
        self.batch1 = nn.BatchNorm1d(8)
        self.batch2 = nn.BatchNorm2d(8)
        self.batch3 = nn.BatchNorm3d(8, affine=False)
        self.sync = nn.SyncBatchNorm(8)
        self.layer = nn.LayerNorm(12)
        self.layer2 = nn.LayerNorm([4, 5])
        self.bare = nn.LayerNorm(12, elementwise_affine=False)
        self.group = nn.GroupNorm(4, 16)
        self.instance = nn.InstanceNorm2d(6)
        self.instance_affine = nn.InstanceNorm2d(6, affine=True)
        self.local = nn.LocalResponseNorm(5)


class Recurrent(nn.Module):
    def __init__(self):
        super().__init__()
        self.rnn = nn.RNN(10, 20, nonlinearity="relu")
        self.lstm = nn.LSTM(10, 20, num_layers=2, bidirectional=True, batch_first=True)
        self.gru = nn.GRU(10, 20, 2, bias=False, dropout=0.1)
        self.projected = nn.LSTM(10, 20, proj_size=5)
        self.rnn_cell = nn.RNNCell(10, 20)
        self.lstm_cell = nn.LSTMCell(10, 20)
        self.gru_cell = nn.GRUCell(10, 20, bias=False)


class Attention(nn.Module):
    def __init__(self):
        super().__init__()
        self.same = nn.MultiheadAttention(32, 4)
        self.cross = nn.MultiheadAttention(32, 4, kdim=16, vdim=24, batch_first=True)
        self.no_bias = nn.MultiheadAttention(32, 4, bias=False)
        self.with_kv = nn.MultiheadAttention(32, 4, add_bias_kv=True)


class Transformers(nn.Module):
    def __init__(self):
        super().__init__()
        self.encoder_layer = nn.TransformerEncoderLayer(32, 4, 64)
        self.encoder = nn.TransformerEncoder(nn.TransformerEncoderLayer(16, 2, 32, activation="gelu"), 2, nn.LayerNorm(16))
        self.decoder = nn.TransformerDecoder(nn.TransformerDecoderLayer(16, 2, dim_feedforward=24), num_layers=2)
        self.full = nn.Transformer(16, 2, 1, 2, 24)


class WithoutParameters(nn.Module):
    def __init__(self):
        super().__init__()
        self.activations = nn.Sequential(
            nn.ReLU(True), nn.LeakyReLU(0.2), nn.ELU(), nn.GELU(), nn.SiLU(), nn.Mish(), nn.Tanh(), nn.Sigmoid(), nn.Softplus()
        )
        self.slope = nn.PReLU()
        self.slopes = nn.PReLU(8, init=0.1)
        self.pool = nn.MaxPool2d(2)
        self.drop = nn.Dropout(0.3)
        self.flat = nn.Flatten()


class Normalized(nn.Module):
    """The weight is computed from other parameters."""

    def __init__(self):
        super().__init__()
        self.weight_norm = nn.utils.weight_norm(nn.Linear(100, 60))
        self.weight_norm_conv = nn.utils.weight_norm(nn.Conv1d(20, 30, 5), name="weight")
        self.spectral = nn.utils.spectral_norm(nn.Linear(20, 30))
        self.parametrized = nn.utils.parametrizations.spectral_norm(nn.Conv2d(8, 16, 3))
        lost = nn.utils.weight_norm(nn.Linear(30, 30))
        lost.weight.data.normal_(0, 5)
        self.lost = lost


class Containers(nn.Module):
    def __init__(self):
        super().__init__()
        self.dict = nn.ModuleDict({"a": nn.Linear(4, 5), "b": nn.ModuleList([nn.Linear(5, 6), nn.Linear(6, 7)])})
        self.dict["c"] = nn.Conv1d(2, 3, 1)
        self.parameters_list = nn.ParameterList([nn.Parameter(nn.init.ones_(nn.Linear(3, 3).weight.data)) for _ in range(2)])
