"""Notices in the language of the comment: where it is sure and has texts, else in the site's."""

from pathlib import Path

import pytest

from core.moderation.message_contents import MessageContent
from core.moderation.policies import Action
from core.outbox.mail import MailSecurity, MailServer, mail_of
from core.services.message_contents import read_content
from core.texts.texts import LANGUAGES, texts_in
from tests.factories import appealed, decided, heard, scored
from tests.integration.message_receiver import Receiver
from tests.integration.outbox_site import AUTHOR_URL, outbox_site

COMMENTS = {
    "en": "I really think that the council should read the whole report first, you idiot.",
    "de": "Ich finde wirklich, dass der Stadtrat den ganzen Bericht lesen sollte, du Schwein.",
    "fr": "Je pense vraiment que le conseil municipal devrait lire tout le rapport d’abord.",
    "nl": "Ik vind echt dat de gemeenteraad het hele verslag moet lezen voordat hij iets besluit.",
    "es": "Creo de verdad que el ayuntamiento debería leer todo el informe antes de decidir nada.",
    "pt": "Eu acho mesmo que a câmara municipal deveria ler todo o relatório antes de decidir.",
}
JAPANESE = "市議会は決める前に報告書をすべて読むべきだと本当に思います。"
SERVER = MailServer("127.0.0.1", 25, MailSecurity.NONE, "console@site.example", "m@site.example")


def notices(home: Path, text: str, **changes: str) -> list[MessageContent]:
    """Of a removal by a person, and of the appeal against it that was upheld."""
    with outbox_site(home, **changes) as site, Receiver() as receiver:
        revision = scored(site.services, text)
        decided(site.services, revision, Action.REMOVE, note="Not here.")
        site.drain(receiver)
        heard(site.services, appealed(site.services, revision), overturn=False)
        site.drain(receiver)
        context = site.services.context
        with context.store.read() as reader:
            found = [
                read_content(context, reader, message, site.time.now, AUTHOR_URL)
                for message in reader.messages_of(revision.id)
            ]
        told = [each for each in found if isinstance(each, MessageContent) and each.words]
        sent = [each.json["data"] for each in receiver.received if "words" in each.json["data"]]
    assert {each["language"] for each in sent} == {each.language for each in told}
    assert [each["words"] for each in sent] == [each.words for each in told]
    return told


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_notice_is_in_the_comments_language(tmp_path: Path, language: str) -> None:
    texts = texts_in(language)
    told = notices(tmp_path, COMMENTS[language], author_language="nl")
    assert len(told) >= 2
    assert {each.language for each in told} == {language}
    assert any(texts.say("notice.removed") in each.words for each in told)
    assert texts.say("notice_outcome.upheld") in told[-1].words
    for each in told:
        assert texts.say("notice.closing") in each.words
        assert f"{AUTHOR_URL}?reference={each.revision.reference}&lang={language}" in each.words
        assert not {"mina", "lena"} & set(each.words.split())
        mail = mail_of("m-1", each, SERVER)
        assert mail["Content-Language"] == language
        assert each.revision.reference in mail["Subject"]
    assert texts.say("mail.upheld") in mail_of("m-1", told[-1], SERVER)["Subject"]


@pytest.mark.parametrize(
    "text", [JAPANESE, "idiot", "idiot 🙂🙂"], ids=["japanese", "short", "emoji"]
)
def test_else_it_is_in_the_sites(tmp_path: Path, text: str) -> None:
    told = notices(tmp_path, text, author_language="pt")
    assert {each.language for each in told} == {"pt"}
    assert texts_in("pt").say("notice.closing") in told[0].words


def test_times_are_in_the_zone_of_the_site(tmp_path: Path) -> None:
    in_utc = notices(tmp_path / "utc", COMMENTS["en"])[0]
    in_kathmandu = notices(tmp_path / "own", COMMENTS["en"], time_zone="Asia/Kathmandu")[0]
    assert in_utc.words is not None
    assert in_kathmandu.words is not None
    assert " UTC." in in_utc.words
    assert " UTC+5:45." in in_kathmandu.words
    assert " UTC." not in in_kathmandu.words
