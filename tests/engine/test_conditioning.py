"""Prompt to embeddings: the stock pipeline's for what it can read, WebUI's rules for the rest."""

import dataclasses

import pytest
import torch
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from engine.conditioning import encode, tokenize
from engine.encoded_texts import Encoded, EncodedTexts

SIZE = {"width": 128, "height": 192}
LONG = ", ".join(["lowres, bad anatomy, bad hands, text, error, missing finger"] * 6)
texts = st.text(alphabet=st.sampled_from(list("ab,()[]\\:1.5- BREAK")) | st.characters(), max_size=120)


@pytest.fixture
def fresh(model):
    """The model before it has read anything."""
    return dataclasses.replace(model, texts=EncodedTexts())


@pytest.mark.parametrize(
    ("prompt", "negative"),
    [
        ("1girl, red hair, masterpiece", "lowres, bad hands"),
        ("", ""),
        ("1girl", ""),
        (" ".join(["hair"] * 75), "x"),
        ("日本語, ★, é, 🙂", "text"),
    ],
)
def test_an_unweighted_short_prompt_gives_exactly_the_stock_embeddings(model, stock, prompt, negative):
    """Up to 75 tokens, to the last bit."""
    prompt_embeds, negative_embeds, pooled, negative_pooled = stock.encode_prompt(prompt, negative_prompt=negative)
    ours = encode(model, prompt, negative, **SIZE)
    assert torch.equal(ours.prompt_embeds, torch.cat([negative_embeds, prompt_embeds]))
    assert torch.equal(ours.pooled_prompt_embeds, torch.cat([negative_pooled, pooled]))


def test_sizes_are_the_picture_s_and_nothing_is_cropped(model):
    """Micro-conditioning as stock: original and target size the same, height first."""
    ours = encode(model, "a", "b", **SIZE)
    assert ours.add_time_ids.tolist() == [[192, 128, 0, 0, 192, 128]] * 2


def test_without_guidance_no_negative_is_encoded(model):
    """The UNet then runs half as many rows."""
    ours = encode(model, "a", None, **SIZE)
    assert not ours.guided
    assert torch.equal(ours.prompt_embeds[0], encode(model, "a", "b", **SIZE).prompt_embeds[1])


def test_a_weight_multiplies_the_tokens_it_stands_at_and_no_other(model):
    """ "No norm": nothing is rescaled, and the start, end and padding keep weight 1."""
    plain, weighted = (encode(model, text, None, **SIZE).prompt_embeds[0] for text in ("red, hair", "red, (hair:1.3)"))
    (chunk,) = tokenize(model.tokenizer, "red, hair")
    at = len(chunk.ids)  # the last token of the prompt; the start token is at 0
    assert torch.equal(weighted[at], (plain[at] * torch.tensor(1.3)))
    others = [position for position in range(77) if position != at]
    assert torch.equal(weighted[others], plain[others])


def test_weight_one_and_nested_inverse_weights_change_nothing(model):
    """(x:1.0) is x."""
    plain, same = (encode(model, text, "n", **SIZE) for text in ("red hair", "(red hair:1.0)"))
    assert torch.equal(plain.prompt_embeds, same.prompt_embeds)


def test_each_chunk_is_padded_with_its_tokenizer_s_own_pad_token(fresh):
    """CLIP-L pads with its end token, the second tokenizer with "!"."""
    seen = []
    encoders = (fresh.text_encoder, fresh.text_encoder_2.text_model)
    hooks = [part.register_forward_pre_hook(lambda _module, args: seen.append(args[0].tolist())) for part in encoders]
    encode(fresh, "red", None, **SIZE)
    for hook in hooks:
        hook.remove()
    start, end, first, red = fresh.tokenizer.convert_tokens_to_ids(["<|startoftext|>", "<|endoftext|>", "!", "red</w>"])
    assert seen == [[[start, red, end, *[end] * 74]], [[start, red, end, *[first] * 74]]]


def test_a_long_prompt_becomes_chunks_and_the_shorter_side_is_filled_with_empty_ones(model):
    """Both sides have the same length, and what is filled in is an encoded empty chunk, never zeros."""
    ours = encode(model, "1girl", LONG, **SIZE)
    empty = encode(model, "", None, **SIZE).prompt_embeds[0]
    assert ours.chunks == len(tokenize(model.tokenizer, LONG)) > 1
    assert torch.allclose(ours.prompt_embeds[1, 77:154], empty, atol=1e-5)


def test_break_encodes_what_follows_as_a_prompt_of_its_own(model):
    """The word itself is never read."""
    ours = encode(model, "red hair BREAK blue eyes", None, **SIZE).prompt_embeds[0]
    alone = [encode(model, text, None, **SIZE).prompt_embeds[0] for text in ("red hair", "blue eyes")]
    assert torch.allclose(ours, torch.cat(alone), atol=1e-5)


def test_the_pooled_embedding_is_the_first_chunk_s_whatever_the_negative(model):
    """A long negative does not reach the prompt; with the last chunk's it would replace it."""
    short, long = (encode(model, "red hair", negative, **SIZE) for negative in ("", LONG))
    assert torch.allclose(short.pooled_prompt_embeds[1], long.pooled_prompt_embeds[1], atol=1e-5)
    tail = encode(model, "red hair BREAK blue eyes", LONG, **SIZE)
    assert torch.allclose(tail.pooled_prompt_embeds[1], short.pooled_prompt_embeds[1], atol=1e-5)
    other = encode(model, "blue eyes", LONG, **SIZE)
    assert not torch.allclose(other.pooled_prompt_embeds[1], short.pooled_prompt_embeds[1], atol=1e-2)


def encoder_rows(model, action):
    """How many rows each call of the two encoders had."""
    rows = []
    encoders = (model.text_encoder, model.text_encoder_2.text_model)
    hooks = [part.register_forward_pre_hook(lambda _module, args: rows.append(len(args[0]))) for part in encoders]
    action()
    for hook in hooks:
        hook.remove()
    return rows


def test_each_encoder_is_called_once_for_all_chunks_of_both_sides(fresh, monkeypatch):
    """Two chunks of the negative, one of the prompt, and the empty one that fills it up; where calls cost something."""
    monkeypatch.setattr("engine.conditioning.ONE_BY_ONE", frozenset())
    assert encoder_rows(fresh, lambda: encode(fresh, "1girl", "red hair BREAK lowres", **SIZE)) == [4, 4]


def test_on_the_cpu_a_text_s_embedding_does_not_hang_on_what_is_encoded_with_it(fresh):
    """Each chunk by itself: how a matrix product rounds hangs on how many rows it has."""
    assert encoder_rows(fresh, lambda: encode(fresh, "1girl", "red hair BREAK lowres", **SIZE)) == [1] * 8


def test_a_text_that_was_read_before_is_not_encoded_again(fresh):
    """On whichever side it stands, and to the last bit as if it were new."""
    cold = encode(fresh, "1girl", "lowres", **SIZE)
    assert encoder_rows(fresh, lambda: encode(fresh, "red hair", "lowres", **SIZE)) == [1, 1]
    warm = encode(fresh, "1girl", "lowres", **SIZE)
    assert encoder_rows(fresh, lambda: encode(fresh, "lowres", "red hair", **SIZE)) == []
    assert torch.equal(warm.prompt_embeds, cold.prompt_embeds)
    assert torch.equal(warm.pooled_prompt_embeds, cold.pooled_prompt_embeds)
    alone = [
        encode(dataclasses.replace(fresh, texts=EncodedTexts()), text, None, **SIZE) for text in ("lowres", "1girl")
    ]
    assert torch.equal(cold.prompt_embeds, torch.cat([one.prompt_embeds for one in alone]))


def test_what_was_read_longest_ago_is_forgotten_first():
    """So many chunks are kept, and at least the last text however long it is."""
    texts = EncodedTexts(max_chunks=3)
    short, long = Encoded(torch.zeros(77, 1), torch.zeros(1, 1)), Encoded(torch.zeros(77 * 9, 1), torch.zeros(1, 1))
    for text in "abc":
        texts.keep(text, short)
    texts.get("a")
    texts.keep("d", short)
    assert [text for text in "abcd" if texts.get(text)] == ["a", "c", "d"]
    texts.keep("e", long)
    assert [text for text in "acde" if texts.get(text)] == ["e"]


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@example("a \ud800", "")
@given(texts, texts)
def test_every_text_can_be_encoded(model, prompt, negative):
    """Empty, unbalanced, escaped or nonsense: there are embeddings, and they are finite."""
    ours = encode(model, prompt, negative, **SIZE)
    assert ours.prompt_embeds.shape == (2, 77 * ours.chunks, 96)
    assert ours.pooled_prompt_embeds.shape == (2, 64)
    assert ours.prompt_embeds.isfinite().all()
