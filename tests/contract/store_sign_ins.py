"""Contract of every store: sign-ins."""

from core.moderation.sign_ins import SignIn
from core.store.base import Store
from tests.contract.store_fixtures import StoreFixtures
from tests.contract.store_rows import at


class SignIns(StoreFixtures):
    """A sign-in is found by its digest until it is removed."""

    def test_sign_in_is_found_by_its_digest_alone(self, store: Store) -> None:
        mina, lena = SignIn("a" * 64, "mina", at(1)), SignIn("b" * 64, "lena", at(2))
        with store.write() as tx:
            tx.add_sign_in(mina)
            tx.add_sign_in(lena)
        with store.read() as reader:
            found = [reader.sign_in(digest) for digest in ("a" * 64, "b" * 64, "a" * 63, "A" * 64)]
        assert found == [mina, lena, None, None]

    def test_older_ones_are_removed(self, store: Store) -> None:
        with store.write() as tx:
            for number in range(3):
                tx.add_sign_in(SignIn(str(number), "mina", at(number)))
            tx.remove_sign_ins(before=at(1))
        with store.read() as reader:
            kept = [number for number in range(3) if reader.sign_in(str(number))]
        assert kept == [1, 2]

    def test_all_of_one_person_are_ended(self, store: Store) -> None:
        with store.write() as tx:
            for digest, name in (("a", "mina"), ("b", "lena"), ("c", "mina")):
                tx.add_sign_in(SignIn(digest, name, at(1)))
            tx.end_sign_ins_of("mina")
        with store.read() as reader:
            assert [digest for digest in "abc" if reader.sign_in(digest)] == ["b"]
