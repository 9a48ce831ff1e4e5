"""Query parameters of requests that change the state."""

from collections import Counter

from fastapi import Request
from fastapi.routing import APIRoute

from core.errors import InvalidInput
from core.serving.request_body import field_name


async def check_query(request: Request) -> None:
    """Raises InvalidInput for a parameter that the route does not take, or that is there twice:
    what was meant can't be known, and the rest of the request would be taken for all of it."""
    # Not a plain function: the framework would run it on a thread, for each request.
    route = request.scope["route"]
    taken = route.dependant.query_params if isinstance(route, APIRoute) else []
    known = {parameter.alias for parameter in taken}
    for name, times in Counter(name for name, _ in request.query_params.multi_items()).items():
        shown = f"the query parameter `{field_name(name)}`"
        if name not in known:
            raise InvalidInput(f"{shown} is not one of this address")
        if times > 1:
            raise InvalidInput(f"{shown} is there {times} times; which one counts can't be known")
