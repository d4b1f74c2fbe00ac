"""The app behind the guard: the page, its files, uploads and downloads, and the WebSocket.

What is asked over the WebSocket goes to the session's worker; nothing here knows what a network is.
"""

import asyncio
import re
from importlib.resources.abc import Traversable
from urllib.parse import quote

from starlette.applications import Starlette
from starlette.requests import ClientDisconnect, Request
from starlette.responses import FileResponse, JSONResponse, Response
from starlette.routing import Route, WebSocketRoute
from starlette.websockets import WebSocket

from axone.errors import DataError
from axone.messages import Message, _
from axone.playground import door
from axone.playground.asked import NoQuestionError, question
from axone.playground.connection import BAD_DATA, BINARY, Connection
from axone.playground.session import Session
from axone.playground.static import PageFiles
from axone.playground.uploads import TooLargeError, allowed

_LAST_WORDS = 5.0
"""Seconds that a connection has for what is still to be sent when it ends."""


def application(session: Session, page: Traversable | None = None) -> Starlette:
    """Return the app behind the guard.

    Parameters
    ----------
    session : Session
    page : Traversable, optional
        The folder of the page's files, default Axone's.
    """
    static = PageFiles(page)

    async def talk(socket: WebSocket) -> None:
        await _talk(socket, session)

    async def upload(request: Request) -> Response:
        return await _upload(request, session)

    def download(request: Request) -> Response:
        found = session.downloads.find(request.path_params["number"])
        if found is None:
            return door.refusal(
                404,
                _("This file is not there any more"),
                [_("Save anew in the playground.")],
            )
        return FileResponse(
            found.path,
            media_type="application/octet-stream",
            headers={"Content-Disposition": _attachment(found.name), "Cache-Control": "no-store"},
        )

    routes = [
        Route("/", static.index, methods=["GET"]),
        # Browsers ask for it whatever the page says.
        Route("/favicon.ico", lambda _request: Response(status_code=204), methods=["GET"]),
        Route("/page/{name:path}", static.file, methods=["GET"]),
        Route("/upload", upload, methods=["POST"]),
        Route("/upload", lambda _request: JSONResponse(allowed()), methods=["GET"]),
        Route("/download/{number}", download, methods=["GET"]),
        WebSocketRoute("/talk", talk),
    ]
    return Starlette(routes=routes)


async def _talk(socket: WebSocket, session: Session) -> None:
    """Serve one page until it, or another, or the server ends it."""
    await socket.accept()
    page = Connection(socket)
    session.attach(page)
    sending = asyncio.create_task(page.send())
    listening = asyncio.create_task(_listen(socket, page, session))
    ending = asyncio.create_task(page.ending.wait())
    tasks = {sending, listening, ending}
    try:
        await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        if page.ended:
            await asyncio.wait({sending, listening}, timeout=_LAST_WORDS)
    finally:
        session.detach(page)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


async def _listen(socket: WebSocket, page: Connection, session: Session) -> None:
    """Hand on what a page asks, until it goes; after the end it may talk, and is not heard.

    Its own word that it goes stands behind what it had sent: who stopped reading would miss it.
    """
    while (message := await socket.receive())["type"] != "websocket.disconnect":
        text = message.get("text")
        if page.ended:
            continue
        if text is None:
            page.end(BINARY, "texts only")
            continue
        try:
            session.ask(page, question(text))
        except NoQuestionError:
            page.end(BAD_DATA, "no question")


async def _upload(request: Request, session: Session) -> Response:
    announced = request.headers.get("content-length", "")
    length = int(announced) if re.fullmatch(r"\d{1,18}", announced) else None
    given = request.query_params.get("name", "")
    try:
        name = await session.uploads.take(given, length, request.stream())
    except TooLargeError as error:
        return _refused(413, error.message)
    except DataError as error:
        return _refused(400, error.message)
    except ClientDisconnect:
        return Response(status_code=400)
    session.uploaded(name)
    return JSONResponse({"source": f"upload:{name}"})


def _refused(status: int, words: Message) -> Response:
    refused = {"refused": {"place": "data.source", "words": str(words)}}
    # Without this uvicorn reads on, and throws away, for as long as somebody sends.
    return JSONResponse(refused, status, {"Connection": "close"})


def _attachment(name: str) -> str:
    """Return the header that saves a file under a name, of any letters."""
    plain = re.sub(r"[^A-Za-z0-9._-]", "_", name)
    encoded = quote(name.encode(errors="replace"), safe="")
    return f"attachment; filename=\"{plain}\"; filename*=UTF-8''{encoded}"
