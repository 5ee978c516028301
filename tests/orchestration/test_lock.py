"""One run at a time; a lock dies with its holder."""

import fcntl
import multiprocessing
import os
import signal
from multiprocessing.synchronize import Event
from pathlib import Path

import pytest

from orchestration.lock import RunActive, RunLock


def hold(path: Path, held: Event) -> None:
    """Hold the lock until killed."""
    with RunLock(path):
        held.set()
        signal.pause()


def test_a_second_process_is_refused_and_a_killed_one_lets_go(tmp_path: Path) -> None:
    path = tmp_path / "run.lock"
    context = multiprocessing.get_context("spawn")
    held = context.Event()
    holder = context.Process(target=hold, args=(path, held))
    holder.start()
    assert held.wait(60)
    with pytest.raises(RunActive, match=f"process {holder.pid}, since 20"), RunLock(path):
        pass
    assert holder.pid is not None
    os.kill(holder.pid, signal.SIGKILL)
    holder.join()
    with RunLock(path):
        pass


@pytest.mark.parametrize("left", ["", '{"pid": 1', "[]", "1"])
def test_a_lock_that_names_no_holder_is_held_all_the_same(tmp_path: Path, left: str) -> None:
    path = tmp_path / "run.lock"
    with path.open("a", encoding="utf-8") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        path.write_text(left, encoding="utf-8")
        with pytest.raises(RunActive, match="^another run is active$"), RunLock(path):
            pass


def test_one_process_may_nest_it(tmp_path: Path) -> None:
    with RunLock(tmp_path / "run.lock"), RunLock(tmp_path / "run.lock"):
        pass
    with RunLock(tmp_path / "run.lock"):
        pass
