"""What a collect sets of Python itself is as it was afterwards, however it ends."""

from __future__ import annotations

import gc
import sys

import pytest

from sources.pace import TURN, at_pace


def _broken_off() -> None:
    with at_pace():
        assert sys.getswitchinterval() == pytest.approx(TURN)
        assert gc.get_freeze_count() > 0
        raise KeyboardInterrupt


def test_what_is_set_for_the_time_is_set_back() -> None:
    before = sys.getswitchinterval()
    with pytest.raises(KeyboardInterrupt):
        _broken_off()
    assert sys.getswitchinterval() == before
    assert gc.get_freeze_count() == 0
