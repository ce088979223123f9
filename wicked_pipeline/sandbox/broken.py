"""Makes broken answers from whole ones: pages with wrong contents, and unreadable bodies."""

import gzip

import msgspec
from starlette.responses import HTMLResponse, Response

from wicked_pipeline.sandbox.faults import BODIES, PAGES, Fault
from wicked_pipeline.sandbox.routes import error_answer

Frame = dict[str, msgspec.Raw]
_LIST = msgspec.json.Decoder(list[msgspec.Raw])


def broken(fault: Fault, answer: Response) -> Response:
    """The answer with the fault applied; unchanged if the fault doesn't concern the content or there is no page."""
    kind = fault.kind
    if kind.isdigit():
        return (
            HTMLResponse("<h1>Bad gateway</h1>", int(kind)) if kind == "502" else error_answer(int(kind), "Try later.")
        )
    if kind == "html":
        return HTMLResponse("<!doctype html><title>Sign in</title><p>Your session has ended.</p>")
    if kind == "status-error":
        message = "There was some problem with your request. You should review the parameters and try again."
        return _with_body(error_answer(200, message), answer)
    if kind in PAGES and answer.status_code == 200:
        return _broken_page(kind, answer)
    if kind in BODIES and kind != "cut-length":  # with a wrong Content-Length: see delivery.py
        return _broken_body(kind, answer)
    return answer


def _broken_page(kind: str, answer: Response) -> Response:
    frame = msgspec.json.decode(bytes(answer.body), type=Frame)
    if "results" not in frame:  # a single contact
        return answer
    results = _LIST.decode(frame["results"])
    if kind == "results-missing":
        del frame["results"]
    elif kind in ("results-null", "results-object"):
        frame["results"] = msgspec.Raw(b"null" if kind == "results-null" else b"{}")
    elif kind == "moving-total":
        frame["total"] = msgspec.Raw(b"%d" % (int(bytes(frame["total"])) + 1))
    else:
        frame["results"] = msgspec.Raw(msgspec.json.encode(_broken_results(kind, results)))
    return _with_body(Response(msgspec.json.encode(frame), media_type="application/json"), answer)


def _broken_results(kind: str, results: list[msgspec.Raw]) -> list[msgspec.Raw]:
    middle = len(results) // 2
    if kind == "empty-page" or not results:
        return []
    if kind == "short-page":
        return results[: -(1 + len(results) // 10)]
    if kind == "long-page":
        return [*results, results[0]]
    record = bytes(results[middle])
    replaced = b'"not a record"' if kind == "broken-record" else b'{"note":"\\ud800",' + record[1:]
    return [*results[:middle], msgspec.Raw(replaced), *results[middle + 1 :]]


def _broken_body(kind: str, answer: Response) -> Response:
    body = bytes(answer.body)
    if kind == "cut":
        return _with_body(Response(body[: len(body) // 2], answer.status_code, media_type="application/json"), answer)
    packed = gzip.compress(body)
    cut = Response(packed[: len(packed) // 2], answer.status_code, {"content-encoding": "gzip"}, "application/json")
    return _with_body(cut, answer)


def _with_body(changed: Response, answer: Response) -> Response:
    """The changed answer, with the throttling headers of the whole answer."""
    for name, value in answer.headers.items():
        changed.headers.setdefault(name, value)
    return changed
