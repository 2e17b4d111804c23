"""Small models of Hugging Face transformers: what today's architectures do at initialization, as their own library writes it."""

import transformers as t
from torch import nn


class Logits(nn.Module):
    def __init__(self, model):
        super().__init__()
        self.model = model

    def forward(self, inputs):
        return self.model(inputs).logits


SIZES = dict(vocab_size=100, hidden_size=128, num_hidden_layers=4, num_attention_heads=4)
ENCODER = dict(intermediate_size=512, **SIZES)
DECODER = dict(intermediate_size=384, num_key_value_heads=2, **SIZES)
EVERY_HEAD = dict(intermediate_size=384, **SIZES)
IMAGE = dict(hidden_size=128, num_hidden_layers=4, num_attention_heads=4, image_size=32, patch_size=4, num_labels=10)
PAIR = dict(
    vocab_size=100,
    d_model=128,
    encoder_layers=3,
    decoder_layers=3,
    encoder_attention_heads=4,
    decoder_attention_heads=4,
    encoder_ffn_dim=512,
    decoder_ffn_dim=512,
)


def gpt2():
    return Logits(t.GPT2LMHeadModel(t.GPT2Config(vocab_size=100, n_embd=128, n_layer=4, n_head=4)))


def bert():
    return Logits(t.BertForMaskedLM(t.BertConfig(**ENCODER)))


def bert_classifier():
    return Logits(t.BertForSequenceClassification(t.BertConfig(**ENCODER)))


def roberta():
    return Logits(t.RobertaForMaskedLM(t.RobertaConfig(**ENCODER)))


def electra():
    return Logits(t.ElectraForMaskedLM(t.ElectraConfig(embedding_size=64, **ENCODER)))


def albert():
    return Logits(t.AlbertForMaskedLM(t.AlbertConfig(embedding_size=64, **ENCODER)))


def distilbert():
    return Logits(t.DistilBertForMaskedLM(t.DistilBertConfig(vocab_size=100, dim=128, n_layers=4, n_heads=4, hidden_dim=512)))


def deberta():
    return Logits(t.DebertaForMaskedLM(t.DebertaConfig(**ENCODER)))


def mpnet():
    return Logits(t.MPNetForMaskedLM(t.MPNetConfig(**ENCODER)))


def esm():
    return Logits(t.EsmForMaskedLM(t.EsmConfig(pad_token_id=1, **ENCODER)))


def layoutlm():
    return Logits(t.LayoutLMForMaskedLM(t.LayoutLMConfig(**ENCODER)))


def llama():
    return Logits(t.LlamaForCausalLM(t.LlamaConfig(**DECODER)))


def mistral():
    return Logits(t.MistralForCausalLM(t.MistralConfig(**DECODER)))


def qwen2():
    return Logits(t.Qwen2ForCausalLM(t.Qwen2Config(**DECODER)))


def qwen3():
    return Logits(t.Qwen3ForCausalLM(t.Qwen3Config(head_dim=32, **DECODER)))


def gemma():
    return Logits(t.GemmaForCausalLM(t.GemmaConfig(head_dim=32, **DECODER)))


def gemma3():
    return Logits(t.Gemma3ForCausalLM(t.Gemma3TextConfig(head_dim=32, **DECODER)))


def phi():
    return Logits(t.PhiForCausalLM(t.PhiConfig(**EVERY_HEAD)))


def phi3():
    return Logits(t.Phi3ForCausalLM(t.Phi3Config(pad_token_id=None, **DECODER)))


def falcon():
    return Logits(t.FalconForCausalLM(t.FalconConfig(**SIZES)))


def gpt_neox():
    return Logits(t.GPTNeoXForCausalLM(t.GPTNeoXConfig(**EVERY_HEAD)))


def opt():
    return Logits(t.OPTForCausalLM(t.OPTConfig(ffn_dim=512, word_embed_proj_dim=128, **SIZES)))


def cohere():
    return Logits(t.CohereForCausalLM(t.CohereConfig(**DECODER)))


def olmo2():
    return Logits(t.Olmo2ForCausalLM(t.Olmo2Config(pad_token_id=None, **DECODER)))


def granite():
    return Logits(t.GraniteForCausalLM(t.GraniteConfig(**DECODER)))


def starcoder2():
    return Logits(t.Starcoder2ForCausalLM(t.Starcoder2Config(**DECODER)))


def mixtral():
    return Logits(t.MixtralForCausalLM(t.MixtralConfig(num_local_experts=4, **DECODER)))


def gemma2():
    return Logits(t.Gemma2ForCausalLM(t.Gemma2Config(head_dim=32, **DECODER)))


def gptj():
    return Logits(t.GPTJForCausalLM(t.GPTJConfig(vocab_size=100, n_embd=128, n_layer=4, n_head=4, rotary_dim=16)))


def gpt_neo():
    return Logits(
        t.GPTNeoForCausalLM(
            t.GPTNeoConfig(vocab_size=100, hidden_size=128, num_layers=4, num_heads=4, attention_types=[[["global", "local"], 2]])
        )
    )


def bloom():
    return Logits(t.BloomForCausalLM(t.BloomConfig(vocab_size=100, hidden_size=128, n_layer=4, n_head=4)))


def bart():
    return Logits(t.BartForConditionalGeneration(t.BartConfig(**PAIR)))


def mbart():
    return Logits(t.MBartForConditionalGeneration(t.MBartConfig(**PAIR)))


def vit():
    return Logits(t.ViTForImageClassification(t.ViTConfig(intermediate_size=512, **IMAGE)))


def deit():
    return Logits(t.DeiTForImageClassification(t.DeiTConfig(intermediate_size=512, **IMAGE)))


def dinov2():
    return Logits(t.Dinov2ForImageClassification(t.Dinov2Config(**IMAGE)))


def beit():
    return Logits(t.BeitForImageClassification(t.BeitConfig(intermediate_size=512, **IMAGE)))


def clip():
    return Logits(t.CLIPForImageClassification(t.CLIPConfig(vision_config=dict(intermediate_size=512, **IMAGE), num_labels=10)))


def siglip():
    return Logits(t.SiglipForImageClassification(t.SiglipConfig(vision_config=dict(intermediate_size=512, **IMAGE), num_labels=10)))


def swin():
    return Logits(
        t.SwinForImageClassification(
            t.SwinConfig(num_labels=10, image_size=64, patch_size=2, embed_dim=32, depths=[2, 2, 2], num_heads=[2, 4, 8], window_size=4)
        )
    )


def resnet():
    return Logits(
        t.ResNetForImageClassification(
            t.ResNetConfig(num_labels=10, embedding_size=16, hidden_sizes=[32, 64, 128], depths=[2, 2, 2], layer_type="basic")
        )
    )


def convnext():
    return Logits(t.ConvNextForImageClassification(t.ConvNextConfig(num_labels=10, hidden_sizes=[32, 64, 128, 256], depths=[2, 2, 2, 2])))


def segformer():
    return Logits(
        t.SegformerForImageClassification(
            t.SegformerConfig(
                num_labels=10,
                depths=[2, 2, 2, 2],
                hidden_sizes=[32, 64, 96, 128],
                num_attention_heads=[1, 2, 3, 4],
                sr_ratios=[4, 2, 1, 1],
            )
        )
    )
