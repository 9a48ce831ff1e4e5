"""What core lists in English is said in the same words on the page What runs here?, so that nothing
new there stays without German and French."""

import pytest

from core.bootstrap.inventory import site_inventory
from core.inventory.contacts import NamedAddresses, contacts
from core.inventory.kept_data import kept_data
from core.inventory.tried_models import tried_models
from core.moderation.erasure import RetentionDays
from core.moderation.permissions import SYSTEM
from core.texts.texts import STAFF_LANGUAGES, staff_texts_in
from dashboard.inventory.kept_tables import contact_frame, kept_frame
from dashboard.inventory.tables import auc_words, data_frame, model_frame, package_frame
from dashboard.staff_texts import reading
from tests.factories import make_services

ENGLISH, GERMAN = staff_texts_in("en"), staff_texts_in("de")
NOBODY = NamedAddresses("", "", "", "", "", "", "", {})
NAMED = NamedAddresses(
    "postgresql:///x?host=/run", "s3://logs", "https://a", "https://b", "c", "d", "https://e",
    {"tei": "gpu.example", "de and fr": "other.example"},
)  # fmt: skip


@pytest.mark.parametrize("comments", [0, 1_000])
@pytest.mark.parametrize("addresses", [0, 200])
@pytest.mark.parametrize("reports", [0, 90])
def test_what_is_kept(comments: int, addresses: int, reports: int) -> None:
    retention = RetentionDays(comments, addresses, reports)
    kept = kept_data(retention)
    frame = kept_frame(kept, retention, ENGLISH)
    assert frame["what"].tolist() == [one.what for one in kept]
    assert frame["why"].tolist() == [one.why for one in kept]
    assert frame["kept"].tolist() == [one.kept for one in kept]
    assert frame["after an erasure"].tolist() == [one.erased for one in kept]


def test_a_retention_is_told_in_german() -> None:
    retention = RetentionDays(1_000, 1, 90)
    told = kept_frame(kept_data(retention), retention, GERMAN)["kept"].tolist()
    assert told[0] == "1.000 Tage nach dem letzten Ereignis, die Adresse 1 Tag danach"
    assert any("90 Tage nach der Meldung" in each for each in told)


@pytest.mark.parametrize("named", [NOBODY, NAMED])
def test_who_is_asked(named: NamedAddresses) -> None:
    listed = contacts(named)
    frame = contact_frame(listed, ENGLISH)
    assert frame["who"].tolist() == [one.who for one in listed]
    assert frame["now"].tolist() == [one.address or "nobody" for one in listed]
    assert frame["is told"].tolist() == [one.told for one in listed]
    assert frame["setting"].tolist() == [one.setting for one in listed]
    in_german = contact_frame(listed, GERMAN)
    assert in_german["who"].tolist()[-1] == "Hacker News, durch modconsole up"
    assert all(in_german["setting"].str.startswith("MODCONSOLE_"))


def test_models_that_were_tried(home_inventory) -> None:
    rows = model_frame(home_inventory, ENGLISH).tail(len(tried_models()))
    assert rows["model"].tolist() == [one.name for one in tried_models()]
    assert rows["what"].tolist() == [one.what for one in tried_models()]
    assert rows["verdict"].tolist() == [one.verdict for one in tried_models()]
    assert rows["why"].tolist() == [one.why for one in tried_models()]
    sides = [f"{one.side} side, decision {one.decision}" for one in tried_models()]
    assert rows["measured on"].tolist() == sides


@pytest.mark.parametrize("language", STAFF_LANGUAGES)
def test_each_frame_has_the_same_columns_in_every_language(home_inventory, language: str) -> None:
    texts = staff_texts_in(language)
    frame = model_frame(home_inventory, texts)
    assert list(frame) == list(model_frame(home_inventory, ENGLISH))
    assert len(frame) == len(model_frame(home_inventory, ENGLISH))
    packages = tuple(home_inventory.packages)
    assert list(package_frame(packages, texts)) == list(package_frame(()))
    assert list(data_frame((), texts)) == list(data_frame(()))


def test_texts_that_are_given_count_more_than_the_reader_s() -> None:
    with reading("de"):
        assert auc_words(0.969, 0.959, 0.978) == "0,969 [0,959; 0,978]"
        assert auc_words(0.969, 0.959, 0.978, ENGLISH) == "0.969 [0.959, 0.978]"


@pytest.fixture(scope="module")
def home_inventory(tmp_path_factory: pytest.TempPathFactory):
    services = make_services(tmp_path_factory.mktemp("home"))
    yield site_inventory(SYSTEM, services)
    services.close()
