"""Jobs that wait for each other: one thread does them, the web server's event loop never waits."""

import asyncio
import queue
import threading
from collections.abc import Callable
from concurrent.futures import Future

__all__ = ["JobFunction", "JobQueue", "Refused"]

JobFunction = Callable[[], None]


class Refused(Exception):  # noqa: N818  (no error of the job: it was not begun)
    """A job that is not done, as the server ends."""

    def __init__(self) -> None:
        super().__init__("This server ends: ask another one.")


class JobQueue:
    """Loads the job function, then runs it once for each call of `run`, one at a time.

    Attributes:
        failure: why the job function could not be loaded, if so.
        on_failure: called then.
    """

    def __init__(self, load: Callable[[], JobFunction]) -> None:
        self._load = load
        self._job: JobFunction | None = None
        self._waiting: queue.SimpleQueue[Future[None]] = queue.SimpleQueue()
        self._lock = threading.Lock()
        self._stopped = False
        self.failure: BaseException | None = None
        self.on_failure: Callable[[], None] = lambda: None

    @property
    def is_ready(self) -> bool:
        """Say whether the job function is loaded."""
        return self._job is not None

    def start(self) -> None:
        """Begin to load, and then to wait for jobs."""
        threading.Thread(target=self._work, name="jobs", daemon=True).start()

    async def run(self) -> None:
        """Have a job done, after those that wait.

        Raises:
            Refused: the server ends.
            Exception: what the job raised.
        """
        done: Future[None] = Future()
        with self._lock:
            if self._stopped:
                raise Refused
            self._waiting.put(done)
        await asyncio.wrap_future(done)

    def stop(self) -> None:
        """Refuse the jobs that wait and all that come; the running one goes on."""
        with self._lock:
            self._stopped = True
            while not self._waiting.empty():
                self._refuse(self._waiting.get())

    def _work(self) -> None:
        try:
            job = self._load()
        except BaseException as error:
            self.failure = error
            self.on_failure()
            return
        self._job = job
        while True:
            self._do(job, self._waiting.get())

    def _do(self, job: JobFunction, done: Future[None]) -> None:
        if self._stopped:
            self._refuse(done)
        elif done.set_running_or_notify_cancel():
            try:
                job()
            except Exception as error:  # whoever waits for the job raises it
                done.set_exception(error)
            except BaseException as error:  # would end the event loop
                done.set_exception(RuntimeError(f"the job ended by {error!r}"))
            else:
                done.set_result(None)

    @staticmethod
    def _refuse(done: Future[None]) -> None:
        if done.set_running_or_notify_cancel():
            done.set_exception(Refused())
