"""An object store on this machine, which fails when it is told to."""

from __future__ import annotations

import re
import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from importlib.util import find_spec
from typing import Any
from uuid import uuid4

import pytest

from tests.optional import require

_REASONS = {
    403: ("Forbidden", "InvalidAccessKeyId", "The AWS Access Key Id does not exist"),
    500: ("Internal Server Error", "InternalError", "We encountered an internal error"),
    503: ("Service Unavailable", "ServiceUnavailable", "Please try again"),
}

Wsgi = Callable[[dict[str, Any], Callable[..., Any]], Iterable[bytes]]


@dataclass
class Fault:
    """What is answered in place of some requests.

    Attributes:
        requests: a pattern of ``METHOD /bucket/key``.
        status: 403, 500 or 503.
        times: how often; for ever, if not said.
        after: how many are let through first.
        answered: how often it was so far.
    """

    requests: str
    status: int
    times: int | None = None
    after: int = 0
    answered: int = 0

    def takes(self, request: str) -> bool:
        """Whether it answers this request."""
        if self.answered == self.times or not re.search(self.requests, request):
            return False
        if self.after:
            self.after -= 1
            return False
        self.answered += 1
        return True


@dataclass
class ObjectStore:
    """A server that speaks S3 over HTTP, and a bucket that nobody else has.

    Attributes:
        faults: what it answers in place of some requests, the first that matches.
        requests: all it was asked so far.
    """

    endpoint: str
    bucket: str = field(default_factory=lambda: f"bucket-{uuid4().hex}")
    faults: list[Fault] = field(default_factory=list)
    requests: list[str] = field(default_factory=list)

    @property
    def environment(self) -> dict[str, str]:
        """The variables by which a client finds it."""
        return {
            "AWS_ACCESS_KEY_ID": "somebody",
            "AWS_SECRET_ACCESS_KEY": "something",
            "AWS_DEFAULT_REGION": "us-east-1",
            "AWS_ENDPOINT_URL": self.endpoint,
            "NO_PROXY": "127.0.0.1",
            "no_proxy": "127.0.0.1",
        }

    @property
    def url(self) -> str:
        return f"s3://{self.bucket}"

    def fail(self, requests: str, status: int, times: int | None = None, after: int = 0) -> Fault:
        """Answer some requests with an error from now on."""
        fault = Fault(requests, status, times, after)
        self.faults.append(fault)
        return fault

    def before(self, application: Wsgi) -> Wsgi:
        """An application that answers what no fault does."""

        def answer(environ: dict[str, Any], start: Callable[..., Any]) -> Iterable[bytes]:
            request = f"{environ['REQUEST_METHOD']} {environ['PATH_INFO']}"
            self.requests.append(request)
            fault = next((fault for fault in self.faults if fault.takes(request)), None)
            if fault is None:
                return application(environ, start)
            # else what is left of it would be taken for the next request
            environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))
            phrase, code, message = _REASONS[fault.status]
            body = f"<Error><Code>{code}</Code><Message>{message}</Message></Error>".encode()
            start(f"{fault.status} {phrase}", [("Content-Type", "application/xml")])
            return [] if environ["REQUEST_METHOD"] == "HEAD" else [body]

        return answer


@contextmanager
def object_store() -> Iterator[ObjectStore]:
    """Serve an object store, which s3fs in this process finds by the environment."""
    require(find_spec("moto") is not None, "a server for object stores (moto)")
    import s3fs
    from moto.server import DomainDispatcherApplication, MotoRequestHandler, create_backend_app
    from werkzeug.serving import make_server

    store = ObjectStore("")
    application = store.before(DomainDispatcherApplication(create_backend_app))
    quiet = type("Quiet", (MotoRequestHandler,), {"log": lambda *_: None})
    server = make_server("127.0.0.1", 0, application, threaded=True, request_handler=quiet)
    store.endpoint = f"http://127.0.0.1:{server.port}"
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    with pytest.MonkeyPatch.context() as patched:
        for name, value in store.environment.items():
            patched.setenv(name, value)
        # it remembers what the environment said when it was first asked
        s3fs.S3FileSystem.clear_instance_cache()
        try:
            s3fs.S3FileSystem().mkdir(store.bucket)
            yield store
        finally:
            s3fs.S3FileSystem.clear_instance_cache()
            server.shutdown()
            server.server_close()
            thread.join()
