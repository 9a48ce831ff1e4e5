"""The results of a run as a file: an address beside the pages, because a download button keeps the
whole file in memory."""

from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response, StreamingResponse
from starlette.routing import Route

from core.batch.results.export import export_csv
from core.batch.results.places import results_place
from core.batch.schedule.history import JobHistory, JobRun
from core.batch.schedule.jobs import read_jobs
from core.environment import load_settings
from core.errors import ConsoleError, NotFound, PermissionDenied, StoreError
from core.moderation.permissions import Actor
from core.texts.choice import language_of_staff
from dashboard.problems import told
from dashboard.staff_language import own_language
from dashboard.staff_texts import reading, say
from dashboard.wiring import cookie_name, current_services, person_of

PATH = "/runs/{job}/{run}.csv"


def address(run: JobRun) -> str:
    """Where the results of the run are downloaded."""
    return PATH.format(job=run.job, run=run.run_id)


def download(request: Request) -> Response:
    """For whoever the page Runs is for. Starlette calls it in a thread of its own."""
    try:
        actor = person_of(request.cookies.get(cookie_name(request.headers.get("host"))))
        own = own_language(current_services(), actor)
    except ConsoleError as error:
        with reading(_language(request, None)):
            return _refusal(error)
    with reading(_language(request, own)):
        try:
            return _rows(actor, request.path_params["job"], request.path_params["run"])
        except ConsoleError as error:
            return _refusal(error)


def _rows(actor: Actor | None, job: str, run: str) -> Response:
    if actor is None:
        raise PermissionDenied(say("runs.download.sign_in"))
    settings = load_settings()
    jobs = {each.name: each for each in read_jobs(settings.jobs_path)}
    runs = {each.run_id: each for each in JobHistory(settings.jobs_dir).runs()}
    if job not in jobs or run not in runs or runs[run].job != job:
        raise NotFound(say("runs.download.no_run"))
    pieces = export_csv(actor, results_place(jobs[job], runs[run]))
    name = f"{job}-{runs[run].started_at:%Y%m%d-%H%M}.csv"
    headers = {"content-disposition": f'attachment; filename="{name}"', "cache-control": "no-store"}
    return StreamingResponse(pieces, media_type="text/csv; charset=utf-8", headers=headers)


def _refusal(error: ConsoleError) -> Response:
    if isinstance(error, PermissionDenied):
        return PlainTextResponse(told(error), 403)
    if isinstance(error, StoreError):
        return PlainTextResponse(say("runs.download.not_now", why=told(error)), 503)
    return PlainTextResponse(say("runs.download.unreadable", why=told(error)), 404)


def _language(request: Request, own: str | None) -> str:
    """The person's own, else the browser's."""
    return language_of_staff(
        own,
        header=request.headers.get("accept-language", ""),
        browser="",
        site=load_settings().author_language,
    )


ROUTE = Route(PATH, download)
