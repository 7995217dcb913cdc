"""The worker portal in a browser: sign in, pick a job, and label with the job's own template.

An ASGI application for an origin (port) of its own, because templates are other people's HTML.
Promised to people: the page is the job's UI template as it is in S3 at that moment, rendered by
Liquid, with the object and the labels of the task; an answer is checked, recorded and consolidated;
then comes the next task. Promised to the machine it runs on: only the crowd modules of this package
run as script, pictures come only from the S3 stand-in, cookies are HttpOnly and SameSite=Strict,
and every change needs the session's CSRF token.

A template asks for ``https://assets.crowd.aws/crowd-html-elements.js``, which a browser cannot
fetch here: when a page is rendered, that script tag is replaced by one for the local module
``/crowd/crowd.js``. A template without the tag gets no elements, as in the real service.
"""

import re
from collections.abc import Callable
from functools import lru_cache
from pathlib import Path
from typing import Any, Protocol
from urllib.parse import urlsplit

from jinja2 import Environment, FileSystemLoader
from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, RedirectResponse, Response
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles

from bot.sandbox.crowd.answers import AnswerFault
from bot.sandbox.crowd.job_request import Job, ObjectGone, Objects, category_file, fetch
from bot.sandbox.crowd.portal import Held, Person, Portal, Session, TaskGone
from bot.sandbox.crowd.workers import Crew
from bot.sandbox.http import LoopbackOnly

__all__ = ["Aws", "create_app"]

_HERE = Path(__file__).parent
_COOKIE = "worker_session"
_LARGEST_ANSWER = 2_000_000
_CROWD_TAG = re.compile(
    r"<script[^>]*\bsrc\s*=\s*[\"']?https://assets\.crowd\.aws/crowd-html-elements[^>]*>\s*</script\s*>",
    re.IGNORECASE,
)
_MODULE_TAG = '<script type="module" src="/crowd/crowd.js"></script>'
_ENTITY_PAGE = """<script src="https://assets.crowd.aws/crowd-html-elements.js"></script>
<crowd-entity-annotation name="crowd-entity-annotation" header="{{ task.input.header }}"
  labels="{{ task.input.labels | to_json | escape }}" text="{{ task.input.taskObject }}">
  <full-instructions header="Instructions">{{ task.input.full | skip_autoescape
    }}</full-instructions>
  <short-instructions>{{ task.input.short | skip_autoescape }}</short-instructions>
</crowd-entity-annotation>"""


class Aws(Protocol):
    """What the pages need of the stand-in."""

    @property
    def objects(self) -> Objects:
        """The object store."""

    @property
    def crew(self) -> Crew:
        """The crew, whose tasks the pages share."""

    @property
    def clock(self) -> Callable[[], float]:
        """Epoch seconds."""

    def grant(self, uri: str) -> str:
        """A short-lived address for an S3 URI; raises ValueError for text that is no S3 URI."""


def create_app(aws: Aws) -> "WorkerPages":
    """The portal as an ASGI application; ``app.portal`` makes one-time links
    (``/?login=<token>``).
    """
    return WorkerPages(aws)


class WorkerPages(LoopbackOnly):
    """The application, refusing every Host but this machine's."""

    def __init__(self, aws: Aws) -> None:
        self.portal = Portal(aws.crew.tasks, aws.clock, aws.crew.present)
        self._aws = aws
        self._pages = Environment(loader=FileSystemLoader(_HERE / "pages"), autoescape=True)
        self._pages.globals["words"] = {"limit": _duration}
        routes = [
            Route("/", self._home),
            Route("/sign-in", self._sign_in, methods=["POST"]),
            Route("/sign-out", self._sign_out, methods=["POST"]),
            Route("/tasks/{job}", self._work),
            Route("/tasks/{job}/{line:int}/submit", self._submit, methods=["POST"]),
            Route("/tasks/{job}/{line:int}/{end}", self._end, methods=["POST"]),
            Mount("/crowd", StaticFiles(directory=_HERE / "elements")),
        ]
        super().__init__(Starlette(routes=routes))

    # Pages

    async def _home(self, request: Request) -> Response:
        return await run_in_threadpool(self._home_page, request)

    def _home_page(self, request: Request) -> Response:
        token = request.query_params.get("login")
        if token is not None:
            cookie = self.portal.redeem(token)
            if cookie is None:
                return self._sign_in_page(
                    "This link was used already or is too old. Pick your name instead.", 410
                )
            return _with_cookie(RedirectResponse("/", 303), cookie)
        session, person = self._who(request)
        if session is None or person is None:
            return self._sign_in_page()
        return self._page(
            "portal.html.j2", session, person=person, jobs=self.portal.open_jobs(person)
        )

    def _sign_in_page(self, note: str = "", status: int = 200) -> Response:
        return self._page("sign_in.html.j2", None, status, people=self.portal.people(), note=note)

    async def _work(self, request: Request) -> Response:
        return await run_in_threadpool(self._work_page, request)

    def _work_page(self, request: Request) -> Response:
        session, person = self._who(request)
        if session is None or person is None:
            return RedirectResponse("/", 303)
        found = self.portal.next_task(person, request.path_params["job"])
        if isinstance(found, Held):
            return self._task_page(session, person, found)
        others = [one for one in self.portal.open_jobs(person) if one.left]
        return self._page("no_more.html.j2", session, person=person, listed=found, others=others)

    def _task_page(self, session: Session, person: Person, held: Held) -> Response:
        content, faults = self._rendered(held)
        return self._page(
            "task.html.j2",
            session,
            person=person,
            held=held,
            content=content,
            faults=faults,
            now=self._aws.clock(),
        )

    def _rendered(self, held: Held) -> tuple[str, list[str]]:
        job = held.job
        uri = job.task["UiConfig"].get("UiTemplateS3Uri")
        task_input: dict[str, Any] = {
            "taskObject": held.entry.get("source-ref", held.entry.get("source")),
            "labels": list(self.portal.tasks.labels(job).names),
            "manifestLine": dict(held.entry),
        }
        try:
            if uri:
                template = fetch(self._aws.objects, uri).decode("utf-8", "replace")
            else:
                template = _ENTITY_PAGE
                task_input |= self._entity_input(job)
        except (ObjectGone, ValueError) as fault:
            return "", [str(fault)]
        from bot.sandbox.crowd.liquid_pages import render  # noqa: PLC0415 - 0.1 s that no start has to pay

        page, errors = render(template, task_input, self._aws.grant)
        return _CROWD_TAG.sub(_MODULE_TAG, page), [f"{code}: {message}" for code, message in errors]

    def _entity_input(self, job: Job) -> dict[str, Any]:
        """The service's own entity page takes labels and instructions from the label category
        file.
        """
        content = category_file(self._aws.objects, job)
        told = content.get("instructions") or {}
        return {
            "labels": content["labels"],
            "header": job.task["TaskDescription"],
            "short": told.get("shortInstruction", ""),
            "full": told.get("fullInstruction", ""),
        }

    # Changes

    async def _sign_in(self, request: Request) -> Response:
        if not _is_same_origin(request):
            return HTMLResponse("Sign in from the portal's own page.", 403)
        form = await request.form()
        cookie = await run_in_threadpool(self.portal.sign_in, str(form.get("sub", "")))
        answer = RedirectResponse("/", 303)
        return answer if cookie is None else _with_cookie(answer, cookie)

    async def _sign_out(self, request: Request) -> Response:
        session = self.portal.session(request.cookies.get(_COOKIE))
        form = await request.form()
        if session is None or form.get("csrf") != session.csrf:
            return HTMLResponse("Sign out from the portal's own page.", 403)
        self.portal.sign_out(request.cookies[_COOKIE])
        answer = RedirectResponse("/", 303)
        answer.delete_cookie(_COOKIE)
        return answer

    async def _submit(self, request: Request) -> Response:
        session, person = await run_in_threadpool(self._who, request)
        if session is None or person is None or request.headers.get("x-csrf-token") != session.csrf:
            return JSONResponse(
                {"message": "You are not signed in any more. Open the portal again."}, 403
            )
        if int(request.headers.get("content-length", "0")) > _LARGEST_ANSWER:
            return JSONResponse({"message": "The answer is too large to be recorded."}, 413)
        try:
            content = await request.json()
        except ValueError:
            return JSONResponse(
                {"message": "The page sent no answer. Reload the page and try again."}, 400
            )
        key, line = request.path_params["job"], request.path_params["line"]
        return await _told(lambda: self.portal.submit(person, key, line, content), f"/tasks/{key}")

    async def _end(self, request: Request) -> Response:
        session, person = await run_in_threadpool(self._who, request)
        form = await request.form()
        if session is None or person is None or form.get("csrf") != session.csrf:
            return HTMLResponse("You are not signed in any more. Open the portal again.", 403)
        key, line, end = (
            request.path_params["job"],
            request.path_params["line"],
            request.path_params["end"],
        )
        acts = {
            "decline": (self.portal.decline, f"/tasks/{key}"),
            "return": (self.portal.give_back, "/"),
        }
        if end not in acts:
            return HTMLResponse("There is no such button.", 404)
        act, after = acts[end]
        try:
            await run_in_threadpool(act, person, key, line)
        except TaskGone:
            after = f"/tasks/{key}"
        return RedirectResponse(after, 303)

    # Shared

    def _who(self, request: Request) -> tuple[Session | None, Person | None]:
        session = self.portal.session(request.cookies.get(_COOKIE))
        return session, self.portal.person(session.sub) if session else None

    def _s3_origin(self) -> str:
        """Where links to objects lead: the only other origin that pictures may come from."""
        link = urlsplit(self._aws.grant("s3://any-bucket/any-key"))
        return f"{link.scheme}://{link.netloc}" if link.netloc else ""

    def _page(
        self, name: str, session: Session | None, status: int = 200, **content: Any
    ) -> Response:
        text = self._pages.get_template(name).render(
            csrf=session.csrf if session else "", **content
        )
        return HTMLResponse(text, status, headers=_headers(self._s3_origin()))


async def _told(act: Callable[[], None], after: str) -> JSONResponse:
    try:
        await run_in_threadpool(act)
    except AnswerFault as fault:
        return JSONResponse({"message": str(fault)}, 422)
    except TaskGone as gone:
        return JSONResponse({"message": str(gone)}, 409)
    return JSONResponse({"next": after})


@lru_cache(maxsize=8)
def _headers(s3_origin: str) -> dict[str, str]:
    policy = (
        "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; connect-src "
        f"'self'; img-src 'self' data: {s3_origin}; media-src {s3_origin}; font-src 'self'; "
        "form-action 'self'; "
        "base-uri 'none'; frame-ancestors 'none'"
    )
    return {
        "Content-Security-Policy": policy,
        "Referrer-Policy": "same-origin",
        "X-Content-Type-Options": "nosniff",
        "Cache-Control": "no-store",
    }


def _with_cookie(answer: Response, cookie: str) -> Response:
    answer.set_cookie(_COOKIE, cookie, httponly=True, samesite="strict", path="/")
    return answer


def _is_same_origin(request: Request) -> bool:
    """A form of our own page: browsers name the origin of every POST."""
    return request.headers.get("origin") == f"{request.url.scheme}://{request.url.netloc}"


def _duration(seconds: int) -> str:
    """A time limit as people say it: 45 seconds, 5 minutes, 1 hour 30 minutes."""
    hours, rest = divmod(int(seconds), 3600)
    minutes, left = divmod(rest, 60)
    parts = [(hours, "hour"), (minutes, "minute"), (left if not hours else 0, "second")]
    return (
        " ".join(f"{number} {unit}{'' if number == 1 else 's'}" for number, unit in parts if number)
        or "no time"
    )
