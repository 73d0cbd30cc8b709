"""How clients are told to try again by themselves."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Client:
    """A kind of client.

    made_by: the callables that make one. keyword: the argument that says how it tries again; empty for requests, whose
    sessions are told afterwards. value: what it is given, with `{retries}`, `{attempts}`, `{base}` and `{cap}`;
    `<module:name>` stands for the name as the module can write it. repeats: what it tries again, for the title.
    instead_of: arguments that it does not go with.
    """

    made_by: tuple[str, ...]
    keyword: str
    value: str
    repeats: str
    instead_of: tuple[str, ...] = ()


_BY_TRANSPORT = ("verify", "cert", "http1", "http2", "limits", "proxy", "proxies", "mounts", "trust_env", "app", "uds")

CLIENTS = (
    Client(
        ("requests.Session", "requests.sessions.Session", "requests.session"),
        "",
        "<requests.adapters:HTTPAdapter>(max_retries=<urllib3.util:Retry>({retries}, backoff_factor={base}))",
        "what fails before the body",
    ),
    Client(
        ("urllib3.PoolManager", "urllib3.poolmanager.PoolManager"),
        "retries",
        "<urllib3.util:Retry>({retries}, backoff_factor={base})",
        "idempotent requests",
    ),
    Client(
        ("httpx.Client",),
        "transport",
        "<httpx:HTTPTransport>(retries={retries})",
        "connecting only",
        _BY_TRANSPORT,
    ),
    Client(
        ("httpx.AsyncClient",),
        "transport",
        "<httpx:AsyncHTTPTransport>(retries={retries})",
        "connecting only",
        _BY_TRANSPORT,
    ),
    Client(
        ("redis.Redis", "redis.client.Redis", "redis.StrictRedis"),
        "retry",
        "<redis.retry:Retry>(<redis.backoff:FullJitterBackoff>(cap={cap}, base={base}), {retries})",
        "every command, perhaps twice",
    ),
    Client(
        ("redis.asyncio.Redis", "redis.asyncio.client.Redis", "redis.asyncio.StrictRedis"),
        "retry",
        "<redis.asyncio.retry:Retry>(<redis.backoff:FullJitterBackoff>(cap={cap}, base={base}), {retries})",
        "every command, perhaps twice",
    ),
    Client(
        ("boto3.client", "boto3.resource", "boto3.session.Session.client", "boto3.Session.client"),
        "config",
        '<botocore.config:Config>(retries={{"mode": "standard", "total_max_attempts": {attempts}}})',
        "what botocore takes to be passing",
    ),
)

BY_AIOHTTP_RETRY = (
    "<aiohttp_retry:RetryClient>(",
    "+client_session={session},",
    "+retry_options=<aiohttp_retry:ExponentialRetry>(",
    "++attempts={attempts},",
    "++start_timeout={base},",
    "++max_timeout={cap},",
    "++exceptions={{<aiohttp:ClientError>, TimeoutError}},",
    "++retry_all_server_errors=False,",
    "+),",
    ")",
)
"""A client around a session of aiohttp, line by line; a plus is a level deeper.

Left alone, it would also repeat what the server answers with a status of 500."""
