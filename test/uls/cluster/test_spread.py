"""Work on real worker processes: every item done, whoever dies; killers are set apart."""

import os
import signal
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import cluster_work
import pytest

from uls.cluster.connect import Connection, connected
from uls.cluster.options import ClusterSettings
from uls.cluster.spread import Done, KilledWorkers, spread
from uls.workshop.errors import UserError

pytest.importorskip("distributed")


@contextmanager
def _cluster(
    folder: Path, workers: int, offers: dict[str, float] | None = None
) -> Iterator[Connection]:
    with connected(ClusterSettings(workers=workers), folder, offers=offers) as connection:
        yield connection


@pytest.fixture(scope="module")
def three(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Connection]:
    with _cluster(tmp_path_factory.mktemp("shared"), 3) as connection:
        connection.client.wait_for_workers(3)
        yield connection


def _begun(folder: Path, number: int) -> list[int]:
    return [int(line) for line in (folder / f"begun-{number}").read_text().split()]


def test_all_items_are_done_by_all_workers(three: Connection) -> None:
    done = list(spread(three, cluster_work.square, range(30)))

    assert all(isinstance(one, Done) for one in done)
    assert sorted(one.result[0] for one in done) == [n * n for n in range(30)]
    assert len({one.result[1] for one in done}) == 3


def test_an_item_whose_worker_is_killed_is_done_again(three: Connection, tmp_path: Path) -> None:
    items = [(tmp_path, number) for number in range(9)]
    work = spread(three, cluster_work.note, items)
    first = next(work)
    [victim] = _begun(tmp_path, _other_than(tmp_path, first.item[1]))
    os.kill(victim, signal.SIGKILL)

    done = [first, *work]

    assert sorted(one.result for one in done) == list(range(9))
    times = Counter(len(_begun(tmp_path, number)) for number in range(9))
    assert times == {1: 8, 2: 1}


def _other_than(folder: Path, number: int) -> int:
    """An item that is being worked on now, begun but not ended."""
    begun = [int(path.name.removeprefix("begun-")) for path in folder.glob("begun-*")]
    return max(one for one in begun if one != number)


def test_what_kills_two_workers_is_set_apart_and_the_rest_done(
    three: Connection, tmp_path: Path
) -> None:
    items = [(tmp_path, number) for number in range(10, 20)]

    ended = list(spread(three, cluster_work.kill_at_13, items))

    [apart] = [one for one in ended if isinstance(one, KilledWorkers)]
    assert (apart.item[1], apart.deaths) == (13, 2)
    assert sorted(one.result for one in ended if isinstance(one, Done)) == [
        n for n in range(10, 20) if n != 13
    ]
    assert len(set(_begun(tmp_path, 13))) == 2
    assert all(len(_begun(tmp_path, n)) == 1 for n in range(10, 20) if n != 13)


def test_an_error_of_the_work_ends_all(three: Connection) -> None:
    with pytest.raises(ZeroDivisionError, match="here"):
        list(spread(three, cluster_work.fail, range(5)))

    assert [one.result[0] for one in spread(three, cluster_work.square, [3])] == [9]


def test_closing_takes_back_what_is_not_begun(three: Connection, tmp_path: Path) -> None:
    work = spread(three, cluster_work.note, [(tmp_path, number) for number in range(60)])
    next(work)
    work.close()

    list(spread(three, cluster_work.square, range(3)))  # the workers are free again
    assert len(list(tmp_path.iterdir())) <= 7


def test_resources_choose_the_workers(tmp_path: Path) -> None:
    with _cluster(tmp_path, 1, {"GPU": 1}) as connection:
        [done] = spread(connection, cluster_work.square, [7], needs={"GPU": 1})
        assert done.result[0] == 49

        impatient = Connection(connection.client, patience_seconds=1.5)
        with pytest.raises(UserError, match=r"expected workers that offer \{'GPU': 2\}"):
            list(spread(impatient, cluster_work.square, [7], needs={"GPU": 2}))


def test_a_cluster_that_ends_leaves_no_process(tmp_path: Path) -> None:
    with _cluster(tmp_path, 2) as connection:
        pids = {done.result[1] for done in spread(connection, cluster_work.square, range(8))}
    assert pids

    assert not [pid for pid in pids if Path(f"/proc/{pid}").exists()]
