"""Builds models of the installed transformers, small, with random weights, from files of the kind that users write, and prints
a JSON object per line: the file's text, and every parameter's name, shape, mean and std.

Arguments: names as in `models`, all of them without. `--list` prints the names only."""

import json
import sys

import torch
import transformers

torch.set_num_threads(1)

# Sizes that most configurations have; what a configuration calls otherwise stands in its row.
text = dict(vocab_size=480, hidden_size=64, num_hidden_layers=2, num_attention_heads=4, intermediate_size=128)
decoder = dict(text, num_key_value_heads=2, pad_token_id=0)
seq2seq = dict(
    vocab_size=480,
    d_model=64,
    encoder_layers=2,
    decoder_layers=2,
    encoder_attention_heads=4,
    decoder_attention_heads=4,
    encoder_ffn_dim=128,
    decoder_ffn_dim=128,
)
image = dict(hidden_size=64, num_hidden_layers=2, num_attention_heads=4, intermediate_size=128)
speech = dict(
    hidden_size=64,
    num_hidden_layers=2,
    num_attention_heads=4,
    intermediate_size=128,
    conv_dim=[32] * 7,
    num_conv_pos_embeddings=16,
    num_conv_pos_embedding_groups=4,
)
stages = dict(hidden_sizes=[16, 32, 64, 128], depths=[1, 1, 2, 1])

# The forty architectures most used, each in a class that people take: bare models and heads of every kind.
models = {
    "BertForSequenceClassification": ("BertConfig", dict(text, num_labels=3)),
    "RobertaForMaskedLM": ("RobertaConfig", text),
    "DistilBertForSequenceClassification": ("DistilBertConfig", dict(vocab_size=480, dim=64, n_layers=2, n_heads=4, hidden_dim=128)),
    "AlbertForMaskedLM": ("AlbertConfig", dict(text, embedding_size=32)),
    "ElectraForPreTraining": ("ElectraConfig", dict(text, embedding_size=32)),
    "DebertaV2ForTokenClassification": ("DebertaV2Config", dict(text, relative_attention=True, pos_att_type=["p2c", "c2p"], num_labels=5)),
    "XLMRobertaForTokenClassification": ("XLMRobertaConfig", dict(text, num_labels=5)),
    "MPNetModel": ("MPNetConfig", text),
    "GPT2LMHeadModel": ("GPT2Config", dict(vocab_size=480, n_embd=64, n_layer=2, n_head=4)),
    "GPTNeoForCausalLM": ("GPTNeoConfig", dict(vocab_size=480, hidden_size=64, num_layers=2, num_heads=4, attention_types=[[["global", "local"], 1]])),
    "GPTNeoXForCausalLM": ("GPTNeoXConfig", text),
    "OPTForCausalLM": ("OPTConfig", dict(vocab_size=480, hidden_size=64, num_hidden_layers=2, num_attention_heads=4, ffn_dim=128, word_embed_proj_dim=64)),
    "BloomForCausalLM": ("BloomConfig", dict(vocab_size=480, hidden_size=64, n_layer=2, n_head=4)),
    "LlamaForCausalLM": ("LlamaConfig", decoder),
    "MistralForSequenceClassification": ("MistralConfig", dict(decoder, num_labels=3)),
    "MixtralForCausalLM": ("MixtralConfig", dict(decoder, num_local_experts=4)),
    "Qwen2ForCausalLM": ("Qwen2Config", decoder),
    "Qwen3ForCausalLM": ("Qwen3Config", dict(decoder, head_dim=16)),
    "Gemma2ForCausalLM": ("Gemma2Config", dict(decoder, head_dim=16)),
    "PhiForCausalLM": ("PhiConfig", text),
    "FalconForCausalLM": ("FalconConfig", dict(vocab_size=480, hidden_size=64, num_hidden_layers=2, num_attention_heads=4)),
    "MambaForCausalLM": ("MambaConfig", dict(vocab_size=480, hidden_size=64, num_hidden_layers=2)),
    "T5ForConditionalGeneration": ("T5Config", dict(vocab_size=480, d_model=64, d_kv=16, d_ff=128, num_layers=2, num_heads=4)),
    "BartForConditionalGeneration": ("BartConfig", seq2seq),
    "PegasusForConditionalGeneration": ("PegasusConfig", seq2seq),
    "MarianMTModel": ("MarianConfig", dict(seq2seq, pad_token_id=479, decoder_start_token_id=479)),
    "ViTForImageClassification": ("ViTConfig", dict(image, num_labels=10)),
    "DeiTForImageClassification": ("DeiTConfig", dict(image, num_labels=10)),
    "SwinForImageClassification": ("SwinConfig", dict(embed_dim=24, depths=[1, 1, 2, 1], num_heads=[1, 2, 4, 8], num_labels=10)),
    "BeitForImageClassification": ("BeitConfig", dict(image, use_relative_position_bias=True, num_labels=10)),
    "ConvNextForImageClassification": ("ConvNextConfig", dict(stages, num_labels=10)),
    "SegformerForSemanticSegmentation": ("SegformerConfig", dict(hidden_sizes=[16, 32, 64, 128], depths=[1, 1, 1, 1], num_attention_heads=[1, 2, 4, 8], decoder_hidden_size=64, num_labels=10)),
    "Dinov2Model": ("Dinov2Config", dict(hidden_size=64, num_hidden_layers=2, num_attention_heads=4)),
    "DetrForObjectDetection": ("DetrConfig", dict(seq2seq, num_queries=10, num_labels=10, use_timm_backbone=False, use_pretrained_backbone=False)),
    "CLIPModel": ("CLIPConfig", dict(text_config=text, vision_config=dict(image, image_size=64, patch_size=16), projection_dim=32)),
    "SiglipModel": ("SiglipConfig", dict(text_config=text, vision_config=dict(image, image_size=64, patch_size=16))),
    "BlipForConditionalGeneration": ("BlipConfig", dict(text_config=dict(text, encoder_hidden_size=64), vision_config=dict(image, image_size=64, patch_size=16))),
    "WhisperForConditionalGeneration": ("WhisperConfig", dict(seq2seq, num_mel_bins=20, max_source_positions=50, max_target_positions=20, pad_token_id=0, bos_token_id=1, eos_token_id=2, decoder_start_token_id=3)),
    "Wav2Vec2ForCTC": ("Wav2Vec2Config", dict(speech, vocab_size=32)),
    "HubertModel": ("HubertConfig", speech),
    "LayoutLMForTokenClassification": ("LayoutLMConfig", dict(text, num_labels=5)),
}  # fmt: skip


def source(name):
    """What a user writes: a configuration with the sizes of the day, and the model of it."""
    configuration, arguments = models[name]
    written = "".join(f"    {key}={value!r},\n" for key, value in arguments.items())
    return f"from transformers import {configuration}, {name}\n\nconfig = {configuration}(\n{written})\nmodel = {name}(config)\n"


def describe(name):
    text = source(name)
    names = {}
    torch.manual_seed(0)
    exec(compile(text, name, "exec"), names)
    return {
        "name": name,
        "versions": f"transformers {transformers.__version__}, PyTorch {torch.__version__}",
        "symbol": "model",
        "path": f"/{name}.py",
        "source": text,
        "arguments": {},
        "parameters": [
            {
                "name": key,
                "shape": list(parameter.shape),
                "trainable": parameter.requires_grad,
                "mean": parameter.mean().item(),
                "std": parameter.std(unbiased=False).item(),
            }
            for key, parameter in names["model"].named_parameters()
        ],
        "inputs": None,
        "outputs": None,
    }


def main():
    wanted = sys.argv[1:]
    if wanted == ["--list"]:
        print("\n".join(models))
        return
    transformers.logging.set_verbosity_error()
    for name in wanted or models:
        print(json.dumps(describe(name)), flush=True)


if __name__ == "__main__":
    main()
