from __future__ import annotations

from pathlib import Path

from followup.services.demo import sign_ins
from followup.services.demo.crowd import with_crowd
from followup.services.demo.stories import read_stories


def test_passwords_can_be_typed_and_not_guessed() -> None:
    made = {sign_ins.new_password() for _ in range(200)}
    assert len(made) == 200
    assert all(len(password) >= 12 and password.isascii() and password.islower() for password in made)


def test_the_list_is_its_owners_alone(tmp_path: Path) -> None:
    file = tmp_path / sign_ins.FILE_NAME
    file.write_text("old and open to all")
    file.chmod(0o644)
    passwords = sign_ins.make_passwords(read_stories(), tmp_path)
    assert file.stat().st_mode & 0o777 == 0o600
    assert all(f"{name} " in sign_ins.listing(tmp_path) for name in passwords)
    assert passwords["maja"] in sign_ins.listing(tmp_path)


def test_an_installation_keeps_its_passwords(tmp_path: Path) -> None:
    first = sign_ins.make_passwords(read_stories(), tmp_path)
    assert sign_ins.make_passwords(read_stories(), tmp_path) == first
    assert sign_ins.make_passwords(read_stories(), tmp_path / "another")["maja"] != first["maja"]


def test_a_crowd_of_caseworkers_shares_a_password(tmp_path: Path) -> None:
    stories = with_crowd(read_stories(), 200, 1, seed=1)
    passwords = sign_ins.make_passwords(stories, tmp_path)
    listed = sign_ins.listing(tmp_path)
    assert len({passwords[name] for name in passwords if name.startswith(("norr", "soder"))}) == 1
    assert "and 11 more caseworkers" in listed
    assert len(listed.splitlines()) < 20


def test_a_lost_list_says_what_to_do(tmp_path: Path) -> None:
    assert "followup user password" in sign_ins.listing(tmp_path)
