"""The terms as a message, and who accepted them."""

import hashlib
from types import SimpleNamespace

import msgspec
import pytest

from bot import config
from bot.care.terms import Terms
from bot.errors import ConfigError
from bot.request import Request
from bot.views.licence import of_animagine, of_models, of_the_model
from bot.views.terms import ACCEPT, terms

REQUEST = Request(subject="1girl", seed=1)


def test_the_licence_is_the_licensors_text():
    """Word for word: 14,103 characters as Stability AI published them, pinned so that no editor improves them."""
    digest = hashlib.sha256(of_animagine().text).hexdigest()
    assert digest == "744afca95783155040321a97b52e56e19e38aaf28eb1340e46673ff76f8f719c"


def test_the_longest_additions_fit_into_the_message():
    """Discord takes 4,000 characters in all texts of one message, and 100 in a custom_id."""
    longest = msgspec.convert({"version": "9" * 20, "additions": "x" * 1500}, config.TermsSettings)
    view, file = terms(of_animagine(), longest.version, longest.additions, "ABC123", accepted_at=None)
    assert view.content_length() <= 4000
    assert file.filename == "licence.txt"
    assert all(len(getattr(item, "custom_id", None) or "") <= 100 for item in view.walk_children())


def configured(tmp_path, terms):
    path = tmp_path / "config.toml"
    path.write_text(f"[bot.terms]\n{terms}")
    return config.load(path)


WEB = 'licence_url = "https://example.com/"'


def test_another_models_licence_is_named_and_attached(tmp_path):
    """Restrictions that it does not have are not said of it; what everybody answers for is."""
    (tmp_path / "mine.txt").write_text("Do as you like.")
    found = of_the_model(configured(tmp_path, f'licence = "My licence"\n{WEB}\nlicence_file = "mine.txt"'))
    view, file = terms(found, "1", "", None, accepted_at=None)
    shown = "\n".join(getattr(item, "content", "") for item in view.walk_children())
    assert "under the **My licence** licence" in shown
    assert "You are responsible for what you have drawn" in shown
    assert "medical advice" not in shown
    assert file.fp.read() == b"Do as you like."


def test_without_another_one_it_is_animagines(tmp_path):
    """As shipped."""
    assert of_the_model(configured(tmp_path, "")) is of_animagine()


@pytest.mark.parametrize(
    ("terms", "reason"),
    [
        ('licence = "Mine"', "belong together"),
        (f'licence = "Mine"\n{WEB}\nlicence_file = "nowhere.txt"', "nowhere.txt"),
        ('licence = "Mine"\nlicence_url = "mine"\nlicence_file = "mine.txt"', "begins with"),
    ],
)
def test_half_a_licence_is_refused_at_the_start(tmp_path, terms, reason):
    """In one sentence that names the key or the file."""
    with pytest.raises(ConfigError, match=reason):
        of_the_model(configured(tmp_path, terms))


async def test_each_version_is_accepted_once(store):
    """The first time counts, and nobody accepts for another."""
    await store.acceptances.add(1, "1.1", now=10.0)
    await store.acceptances.add(1, "1.1", now=20.0)
    await store.acceptances.add(1, "1.2", now=30.0)
    assert await store.acceptances.of(1) == {"1.1": 10.0, "1.2": 30.0}
    assert await store.acceptances.of(2) == {}


async def test_a_waiting_request_is_taken_once_and_by_its_asker(store):
    draft_id = await store.drafts.keep(1, REQUEST, now=0.0)
    assert await store.drafts.take(draft_id, 2) is None
    assert await store.drafts.take(draft_id, 1) == REQUEST
    assert await store.drafts.take(draft_id, 1) is None


def several(tmp_path):
    for name in ("fair", "other"):
        (tmp_path / f"{name}.txt").write_text(f"The text of {name}.")
    path = tmp_path / "config.toml"
    path.write_text(
        "".join(
            f'[[engine.models]]\nname = "{name}"\nfile = "{name}.safetensors"\nlicence = "{name} licence"\n'
            f'licence_url = "https://example.com/{name}"\nlicence_file = "{name}.txt"\n'
            for name in ("fair", "other")
        )
        + '[[engine.models]]\nname = "plain"\nfile = "plain.safetensors"\n'
    )
    return config.load(path)


class Screen:
    """An interaction that keeps what it is answered with."""

    def __init__(self, person=1):
        self.id, self.user, self.response, self.sent = 1, SimpleNamespace(id=person), self, []

    async def send_message(self, **what):
        self.sent.append(what)

    async def edit_message(self, **what):
        self.sent.append(what)

    async def edit_original_response(self, **what):
        self.sent.append(what)

    @property
    def text(self):
        return "\n".join(getattr(item, "content", "") for item in self.sent[-1]["view"].walk_children())


async def test_another_licence_is_accepted_before_the_first_picture_with_its_model(store, tmp_path):
    """Once for each text: not with the licence of another model, and anew where its text has changed."""
    found = of_models(several(tmp_path))
    assert set(found) == {"fair", "other"}
    terms_ = Terms(store, of_animagine(), config.TermsSettings(), now=lambda: 1.0, of_models=found)
    usual, fair = REQUEST, msgspec.structs.replace(REQUEST, model="fair")
    drawn = []

    async def ask(_interaction, request):
        drawn.append(request.model)

    await store.acceptances.add(1, terms_.version, now=1.0)
    assert await terms_.accepted(Screen(), usual)
    assert await terms_.accepted(Screen(), msgspec.structs.replace(REQUEST, model="plain"))
    screen = Screen()
    assert not await terms_.accepted(screen, fair)
    assert "under the **fair licence** licence" in screen.text
    [accept] = [one for one in screen.sent[-1]["view"].walk_children() if getattr(one, "custom_id", None)]
    match = ACCEPT.fullmatch(accept.custom_id)
    await terms_.accept(Screen(), match["version"], match["draft_id"], ask=ask)
    assert drawn == ["fair"]
    assert await terms_.accepted(Screen(), fair)
    assert not await terms_.accepted(Screen(), msgspec.structs.replace(REQUEST, model="other"))
    changed = {**found, "fair": found["fair"]._replace(text=b"Another text.")}
    again = Terms(store, of_animagine(), config.TermsSettings(), now=lambda: 1.0, of_models=changed)
    assert not await again.accepted(Screen(), fair)


async def test_any_terms_that_hold_now_let_somebody_bring_a_picture(store, tmp_path):
    """Whichever model it will be drawn with; who accepted none is shown them, and nothing waits for Accept."""
    found = of_models(several(tmp_path))
    terms_ = Terms(store, of_animagine(), config.TermsSettings(), now=lambda: 1.0, of_models=found)
    await store.acceptances.add(1, terms_.version_of(found["fair"]), now=1.0)
    await store.acceptances.add(2, "0.9", now=1.0)
    assert await terms_.accepted_any(Screen())
    screen = Screen(2)
    assert not await terms_.accepted_any(screen)
    [accept] = [one for one in screen.sent[-1]["view"].walk_children() if getattr(one, "custom_id", None)]
    assert accept.custom_id.endswith(":none")
    assert await store.drafts.of(2) == ()


async def test_terms_name_the_other_licences(store, tmp_path):
    screen = Screen()
    found = of_models(several(tmp_path))
    await Terms(store, of_animagine(), config.TermsSettings(), now=lambda: 1.0, of_models=found).show(screen)
    assert "The model **fair** is under [fair licence](https://example.com/fair)" in screen.text


def test_a_licence_without_its_text_is_named_at_the_start(tmp_path):
    configured_ = several(tmp_path)
    (tmp_path / "fair.txt").unlink()
    with pytest.raises(ConfigError, match=r"engine\.models: fair: licence_file"):
        of_models(configured_)
