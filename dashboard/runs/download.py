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
from dashboard.wiring import cookie_name, person_of

PATH = "/runs/{job}/{run}.csv"


def address(run: JobRun) -> str:
    """Where the results of the run are downloaded."""
    return PATH.format(job=run.job, run=run.run_id)


def download(request: Request) -> Response:
    """For whoever the page Runs is for. Starlette calls it in a thread of its own."""
    settings = load_settings()
    try:
        actor = person_of(request.cookies.get(cookie_name(request.headers.get("host"))))
        if actor is None:
            raise PermissionDenied("Sign in to the console in this browser first.")
        job, run = request.path_params["job"], request.path_params["run"]
        jobs = {each.name: each for each in read_jobs(settings.jobs_path)}
        runs = {each.run_id: each for each in JobHistory(settings.jobs_dir).runs()}
        if job not in jobs or run not in runs or runs[run].job != job:
            raise NotFound("There is no such run.")
        pieces = export_csv(actor, results_place(jobs[job], runs[run]))
    except PermissionDenied as refusal:
        return PlainTextResponse(str(refusal), 403)
    except StoreError as error:
        return PlainTextResponse(f"These results can't be read now: {error}", 503)
    except ConsoleError as error:
        return PlainTextResponse(f"These results can't be read: {error}", 404)
    name = f"{job}-{runs[run].started_at:%Y%m%d-%H%M}.csv"
    headers = {"content-disposition": f'attachment; filename="{name}"', "cache-control": "no-store"}
    return StreamingResponse(pieces, media_type="text/csv; charset=utf-8", headers=headers)


ROUTE = Route(PATH, download)
