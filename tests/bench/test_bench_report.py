"""Measurements write into their own part of a document and nowhere else."""

import pytest

from bench.report import BlockMissingError, rewrite_block

DOCUMENT = """\
# Figures

<!-- a:begin -->
old
<!-- a:end -->

words
<!-- b:begin -->
<!-- b:end -->
"""


def test_a_block_is_replaced_and_the_rest_stays() -> None:
    """Words around a table are written by people."""
    once = rewrite_block(DOCUMENT, "a", "new\nlines")
    assert once == DOCUMENT.replace("old", "new\nlines")
    assert rewrite_block(once, "a", "old") == DOCUMENT


def test_a_measurement_without_its_block_is_an_error() -> None:
    """Figures never land somewhere by guess."""
    with pytest.raises(BlockMissingError):
        rewrite_block(DOCUMENT, "c", "new")
    with pytest.raises(BlockMissingError):
        rewrite_block("<!-- a:begin -->\n", "a", "new")
