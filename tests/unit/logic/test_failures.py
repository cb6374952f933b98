"""What a condition says when it can't be evaluated."""

import pytest

from tests.unit.logic.conditions import verdict
from tocsin.logic.verdict import Failed


@pytest.mark.parametrize(
    "condition", [{">": [{"var": "text"}, 3]}, {"+": [{"var": "text"}, 1]}, {"-": [{"var": "text"}]}]
)
def test_a_failure_names_the_term_and_never_quotes_the_tweet(condition: object) -> None:
    """It is kept in the journal and the log, which hold no tweet's text."""
    failed = verdict(condition, "meet me at nine")
    assert isinstance(failed, Failed)
    assert "ValueError: invalid literal" in failed.error
    assert "meet" not in failed.error
