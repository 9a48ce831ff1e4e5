"""The simplest common service: FastAPI with the pipeline called in the route."""

from typing import Any

import uvicorn
from fastapi import FastAPI
from pydantic import BaseModel

from tests.peers.servers.classifier import HOST, folder_and_port, make_pipeline


class Question(BaseModel):
    """A request's body."""

    text: str


def make_app(folder: str) -> FastAPI:
    """One route."""
    app, classify = FastAPI(), make_pipeline(folder)

    @app.post("/predict")
    def predict(question: Question) -> Any:
        return classify([question.text])[0]

    return app


if __name__ == "__main__":
    folder, port = folder_and_port()
    uvicorn.run(make_app(folder), host=HOST, port=port, log_level="warning")
