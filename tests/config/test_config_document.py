"""The reference and the schema in ``docs/`` are those of the model."""

from pathlib import Path

import msgspec
import pytest

from tinyice.config.advanced import AdvancedMount
from tinyice.config.autodjs import AutoDJ
from tinyice.config.document import documents, main
from tinyice.config.items import ApiToken, BanNote, UrlAuth
from tinyice.config.kinds import kind_of
from tinyice.config.model import Config, User

DOCS = Path(__file__).parents[2] / "docs"


@pytest.mark.parametrize("name", sorted(documents()))
def test_a_generated_document_is_current(name: str) -> None:
    """When this fails: python -m tinyice.config.document docs."""
    assert (DOCS / name).read_text(encoding="utf-8") == documents()[name]


def test_the_documents_are_written_into_a_folder(tmp_path: Path) -> None:
    main(tmp_path)
    assert {path.name for path in tmp_path.iterdir()} == set(documents())


@pytest.mark.parametrize(
    "struct", [Config, AdvancedMount, User, UrlAuth, ApiToken, BanNote, AutoDJ]
)
def test_every_key_has_a_meaning_and_every_number_a_range(struct: type[msgspec.Struct]) -> None:
    for field in msgspec.structs.fields(struct):
        kind = kind_of(field.type)
        assert kind.description.endswith("."), field.name
        assert "|" not in kind.description, field.name
        if kind.base in (int, float):
            assert kind.ge is not None, field.name
            assert kind.le is not None, field.name
