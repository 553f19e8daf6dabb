"""Text encoders that live on the host and come to the device for a new prompt."""

import contextlib

import pytest
import torch
from torch.multiprocessing.reductions import StorageWeakRef

import engine.conditioning
from engine.conditioning import encode
from engine.encoded_texts import EncodedTexts
from engine.visiting import settle, visiting

AWAY = torch.device("cuda")
"""Where nothing of these tests is; what is brought there is a copy."""


@pytest.fixture
def brought():
    """Weak references to the memory that was brought."""
    return []


@pytest.fixture
def bring(brought):
    def bring(tensor, _device):
        copy = tensor.clone()
        brought.append(StorageWeakRef(copy.untyped_storage()))
        return copy

    return bring


def places(network):
    return [tensor.data_ptr() for tensor in network.state_dict().values()]


def test_a_network_is_away_while_it_visits_and_leaves_nothing_there(model, bring, brought):
    """Afterwards it is where it was, bit for bit."""
    network, before = model.text_encoder, places(model.text_encoder)
    with visiting(network, AWAY, bring):
        assert not {*places(network)} & {*before}
        assert not any(copy.expired() for copy in brought)
    assert places(network) == before
    assert all(copy.expired() for copy in brought)


def test_what_lives_where_it_computes_is_not_brought_there(model):
    """Tensors name the device with its number, "cuda:0", and a configuration does not: both are the same."""
    [home] = {tensor.device for tensor in model.text_encoder.parameters()}
    by_its_number = torch.device(home.type, 0)
    assert by_its_number != home
    before = places(model.text_encoder)
    with visiting(model.text_encoder, by_its_number, lambda *_: pytest.fail("it is there")):
        assert places(model.text_encoder) == before


def test_a_visit_that_has_no_room_ends_at_home(model, bring, brought):
    network, before = model.text_encoder, places(model.text_encoder)

    def refuse(tensor, device):
        if len(brought) == 3:
            raise torch.OutOfMemoryError("1 GiB")
        return bring(tensor, device)

    with pytest.raises(torch.OutOfMemoryError), visiting(network, AWAY, refuse):
        pytest.fail("not all of it was there")
    assert places(network) == before
    assert all(copy.expired() for copy in brought)


def test_what_lives_there_is_not_copied(model, bring, brought):
    with visiting(model.text_encoder, model.device, bring):
        assert not brought
    settle(model.text_encoder, model.device)


def test_both_encoders_come_one_after_the_other_for_a_new_prompt_only(model, monkeypatch, bring):
    """The embeddings are the same, to the last bit."""
    size = {"width": 64, "height": 96}
    expected = encode(model, "red hair", "lowres", **size)
    there, visits = set(), []

    @contextlib.contextmanager
    def visit(network, _device):
        visits.append((network, {*there}))
        there.add(network)
        with visiting(network, AWAY, bring):
            yield
        there.remove(network)

    monkeypatch.setattr(engine.conditioning, "visiting", visit)
    monkeypatch.setattr(model.texts, "_encoded", EncodedTexts()._encoded)
    for _ in range(2):
        found = encode(model, "red hair", "lowres", **size)
        assert torch.equal(found.prompt_embeds, expected.prompt_embeds)
        assert torch.equal(found.pooled_prompt_embeds, expected.pooled_prompt_embeds)
    assert visits == [(model.text_encoder, set()), (model.text_encoder_2, set())]
