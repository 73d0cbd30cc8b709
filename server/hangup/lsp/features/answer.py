"""How a request is answered: by work on the worker thread, and by nothing when that fails."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, TypeVar

from hangup.lsp.scheduler import Urgency, Work

if TYPE_CHECKING:
    from hangup.lsp.server import HangupServer

T = TypeVar("T")

logger = logging.getLogger(__name__)


async def answer(server: HangupServer, request: str, work: Work[T], urgency: Urgency, otherwise: T) -> T:
    """The result of some work; `otherwise` if it raises, which is logged. Cancelling the request cancels the work."""
    try:
        await server.session.configured.wait()
        return await server.scheduler.result(work, urgency)
    except Exception:
        logger.exception("no answer to %s", request)
        return otherwise
