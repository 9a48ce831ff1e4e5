"""Lines of each log format, in the shapes that its server writes, and what is read from them."""

from datetime import UTC, datetime

import pytest

from core.servinglog.importing.calls import LogFormat
from core.servinglog.importing.durations import DurationUnit
from core.servinglog.importing.formats.access import WITHOUT_TIME, access_log
from core.servinglog.importing.formats.bentoml import BENTOML
from core.servinglog.importing.formats.kserve import KSERVE
from core.servinglog.importing.formats.otlp import OTLP
from core.servinglog.importing.formats.ray_serve import RAY_SERVE
from core.servinglog.importing.formats.tei import TEI
from core.servinglog.importing.formats.torchserve import TORCHSERVE
from core.servinglog.importing.formats.uvicorn import UVICORN

NGINX = access_log(DurationUnit.S, is_given=False)
APACHE = access_log(DurationUnit.US, is_given=True)
TRACE = "5b8efff798038103d269b633813fc60c"
COMBINED = '203.0.113.7 - ann [01/Nov/2026:12:00:04 +0100] "POST /score?key=x HTTP/1.1"'
KSERVE_STEPS = "preprocess_ms: 0.151, explain_ms: 0, predict_ms: 21.4, postprocess_ms: 0.049"
SPAN = (
    '{"resourceSpans":[{"resource":{"attributes":[{"key":"service.name","value":'
    '{"stringValue":"toxicity"}}]},"scopeSpans":[{"spans":[{"traceId":"5B8EFFF798038103D269B633813F'
    'C60C","spanId":"EEE19B7EC3C1B174","name":"score","kind":%s,"startTimeUnixNano":%s,'
    '"endTimeUnixNano":%s,"attributes":[%s],"status":{"code":%s}}]}]}]}'
)
STARTED = 1_793_534_405_000_000_000

LINES: list[tuple[str, LogFormat, str, dict[str, object]]] = [
    (
        "ray: replica with request id",
        RAY_SERVE,
        "INFO 2026-11-01 12:00:00,123 default_Tox 8k2x1abc 5f0c-1 -- POST /score?a=b 200 12.3ms",
        {
            "total_ms": 12.3,
            "what": "POST /score",
            "request_id": "5f0c-1",
            "error_kind": None,
            "backend": "ray_serve replica",
            "is_end": True,
            "at": datetime(2026, 11, 1, 12, 0, 0, 123000),
        },
    ),
    (
        "ray: proxy without request id",
        RAY_SERVE,
        "INFO 2026-11-01 12:00:00,123 proxy 10.0.0.1 -- POST /score 503 1.0ms",
        {
            "total_ms": 1.0,
            "error_kind": "backend",
            "backend": "ray_serve proxy",
            "request_id": None,
        },
    ),
    (
        "ray: proxy with the caller's address",
        RAY_SERVE,
        "INFO 2026-11-01 12:00:00,123 proxy 10.0.0.1 r1 -- 10.0.0.9:5123 GET /-/healthz 200 0.4ms",
        {"total_ms": 0.4, "what": "GET /-/healthz"},
    ),
    (
        "ray: a call by handle, of 2.9 with the file's name",
        RAY_SERVE,
        "INFO 2026-11-01 12:00:00,123 Toxicity app#Toxicity#x r2 /score app replica.py:373 - "
        "__CALL__ OK 5.5ms",
        {"total_ms": 5.5, "what": "__CALL__", "request_id": "r2"},
    ),
    (
        "ray: a call by handle",
        RAY_SERVE,
        "INFO 2026-11-01 12:00:00,123 default_Toxicity 8k2 r2 -- CALL __call__ ERROR 5.5ms",
        {"total_ms": 5.5, "what": "CALL __call__", "error_kind": "backend"},
    ),
    (
        "ray: JSON",
        RAY_SERVE,
        '{"levelname": "INFO", "asctime": "2026-11-01 12:00:00,456", "request_id": "9b1d", '
        '"route": "/score", "application": "default", "deployment": "Toxicity", "replica": "8k2", '
        '"component_name": "replica", "message": "POST /score 429 0.2ms"}',
        {"total_ms": 0.2, "error_kind": "rate_limited", "request_id": "9b1d"},
    ),
    (
        "ray: JSON of 2.60",
        RAY_SERVE,
        '{"asctime": "2026-11-29 10:43:20,812", "message": "GET /score 200 103.8ms", '
        '"component_name": "replica", "route": "/score", "timestamp_ns": 1795945400812808962}',
        {"total_ms": 103.8, "at": datetime(2026, 11, 29, 9, 43, 20, 812808, tzinfo=UTC)},
    ),
    (
        "ray: another message",
        RAY_SERVE,
        "INFO 2026-11-01 12:00:00,123 default_Toxicity 8k2x1abc -- Started replica in 12.3ms",
        None,
    ),
    (
        "tei: JSON",
        TEI,
        '{"timestamp":"2026-11-01T12:00:00.798333Z","level":"INFO","message":"Success","target":"t",'
        '"span":{"inference_time":"1.195713965s","name":"predict","queue_time":"312.1µs",'
        '"tokenization_time":"205ns","total_time":"1.207716998s"},"spans":[]}',
        {
            "total_ms": 1207.716998,
            "queue_ms": 0.3121,
            "tokenize_ms": 0.000205,
            "compute_ms": 1195.713965,
            "what": "predict",
            "at": datetime(2026, 11, 1, 12, 0, 0, 798333, tzinfo=UTC),
        },
    ),
    (
        "tei: text",
        TEI,
        '2025-08-09T19:36:03.579418Z  INFO predict{total_time="685.148571ms" tokenization_time='
        '"8.812018ms" queue_time="724.303µs" inference_time="675.535478ms"}: '
        "text_embeddings_router::http::server: router/src/http/server.rs:1290: Success",
        {"total_ms": 685.148571, "queue_ms": 0.724303, "what": "predict"},
    ),
    (
        "tei: start",
        TEI,
        '{"timestamp":"2026-11-01T12:00:00Z","level":"INFO","message":"Ready"}',
        None,
    ),
    (
        "bentoml: all",
        BENTOML,
        "2026-11-01T12:00:01+0000 [INFO] [entry_service:Toxicity:1] 1.2.3.4:51284 (scheme=http,"
        "method=POST,path=/score,type=application/json,length=42) (status=200,type=text/plain,"
        f"length=98) 12.345ms (trace={TRACE},span=eee19b7ec3c1b174,sampled=0)",
        {"total_ms": 12.345, "what": "POST /score", "trace_id": TRACE, "error_kind": None},
    ),
    (
        "bentoml: no lengths, no trace",
        BENTOML,
        "2026-11-01T12:00:01+0000 [INFO] [api_server:1] _ (scheme=http,method=POST,path=/score) "
        "(status=429) 0.123ms",
        {"total_ms": 0.123, "error_kind": "rate_limited", "trace_id": None},
    ),
    (
        "kserve: trace",
        KSERVE,
        f"2026-11-01 12:00:02.123 1 kserve.trace requestId: 7f3a, {KSERVE_STEPS}",
        {
            "total_ms": pytest.approx(21.6),
            "compute_ms": 21.4,
            "request_id": "7f3a",
            "queue_ms": None,
        },
    ),
    (
        "kserve: of 0.10",
        KSERVE,
        "2026-11-01 12:00:02.123 1 root INFO [model.py:__call__():128] requestId: N.A., "
        + KSERVE_STEPS,
        {"total_ms": pytest.approx(21.6), "request_id": None, "own_id": None},
    ),
    (
        "torchserve: ts_log",
        TORCHSERVE,
        "2018-10-15 13:56:18,976 [INFO ] BackendWorker-9000 ACCESS_LOG - /127.0.0.1:64003 "
        '"POST /predictions/resnet-18 HTTP/1.1" 200 118',
        {"total_ms": 118.0, "what": "POST /predictions/resnet-18"},
    ),
    (
        "torchserve: access_log",
        TORCHSERVE,
        '2026-11-01T12:00:03,976 - /10.0.0.9:64003 "POST /predictions/toxicity HTTP/1.1" 507 2',
        {"total_ms": 2.0, "error_kind": "backend"},
    ),
    (
        "torchserve: another line",
        TORCHSERVE,
        "2018-10-14 16:59:59,926 [INFO ] W-9000-stdout org.pytorch.serve.wlm.WorkerLifeCycle - "
        "inference time: 117.31",
        None,
    ),
    (
        "nginx: last",
        NGINX,
        f'{COMBINED} 200 98 "-" "curl" 0.118',
        {
            "total_ms": 118.0,
            "what": "POST /score",
            "is_end": True,
            "at": datetime.fromisoformat("2026-11-01T12:00:04+01:00"),
        },
    ),
    (
        "nginx: named",
        NGINX,
        f'{COMBINED} 504 98 "-" "a \\"b\\"" rt=60.001 uct="0.000"',
        {"total_ms": 60001.0, "error_kind": "timeout"},
    ),
    (
        "nginx: closed before",
        NGINX,
        f'{COMBINED} 499 0 "-" "curl" 1.000',
        {"error_kind": "timeout"},
    ),
    ("nginx: none", NGINX, f'{COMBINED} 400 98 "-" "curl" -', {"total_ms": None}),
    (
        "nginx: binary request",
        NGINX,
        '1.2.3.4 - - [01/Nov/2026:12:00:04 +0000] "\\x16" 400 0 "-" "-" 0.002',
        {"total_ms": 2.0, "error_kind": "bad_input", "what": ""},
    ),
    (
        "apache: %D",
        APACHE,
        f'{COMBINED} 200 98 "-" "curl" 118250',
        {"total_ms": 118.25, "is_end": False},
    ),
    ("apache: no time", WITHOUT_TIME, f'{COMBINED} 200 98 "-" "curl"', {"total_ms": None}),
    (
        "uvicorn",
        UVICORN,
        'INFO:     127.0.0.1:51284 - "POST /classify HTTP/1.1" 200 OK',
        {"total_ms": None, "at": None, "what": "POST /classify"},
    ),
    (
        "uvicorn: in colour",
        UVICORN,
        '\x1b[32mINFO\x1b[0m:     1.2.3.4:5 - "\x1b[1mPOST /v1 HTTP/1.1\x1b[0m" \x1b[31m422 '
        "Unprocessable Entity\x1b[0m",
        {"error_kind": "bad_input"},
    ),
    (
        "uvicorn: of KServe",
        UVICORN,
        '2026-11-01 12:00:02.123 uvicorn.access INFO:     1.2.3.4:5 1 - "POST /v2 HTTP/1.1" 200 OK',
        {"at": datetime(2026, 11, 1, 12, 0, 2, 123000)},
    ),
    ("uvicorn: a start", UVICORN, "INFO:     Application startup complete.", None),
    (
        "otlp: numbers",
        OTLP,
        SPAN % (2, STARTED, STARTED + 12_300_000, "", 0),
        {
            "total_ms": 12.3,
            "backend": "toxicity",
            "trace_id": TRACE,
            "is_end": False,
            "at": datetime(2026, 11, 1, 12, 0, 5, tzinfo=UTC),
            "error_kind": None,
        },
    ),
    (
        "otlp: strings and names",
        OTLP,
        SPAN
        % (
            '"SPAN_KIND_SERVER"',
            f'"{STARTED}"',
            f'"{STARTED + 5}"',
            '{"key":"http.response.status_code","value":{"intValue":"503"}},'
            '{"key":"gen_ai.request.model","value":{"stringValue":"guard"}},'
            '{"key":"gen_ai.usage.input_tokens","value":{"intValue":"40"}},'
            '{"key":"http.route","value":{"stringValue":"/score"}}',
            0,
        ),
        {
            "total_ms": 5e-6,
            "error_kind": "backend",
            "model_version": "guard",
            "tokens": 40,
            "path": "/score",
        },
    ),
    (
        "otlp: failed without a status",
        OTLP,
        SPAN % (2, STARTED, STARTED + 1, "", 2),
        {"error_kind": "backend"},
    ),
    ("otlp: of a client", OTLP, SPAN % (3, STARTED, STARTED + 1, "", 0), None),
]
