"""MLflow's scoring server with its transformers flavor, as `mlflow models serve` runs it. The
logged model lies in the folder the process is started in."""

import shutil

import mlflow
import uvicorn
from mlflow.pyfunc import scoring_server

from tests.peers.servers.classifier import HOST, folder_and_port, make_pipeline, options_of

LOGGED = "logged-model"


def log_model(folder: str) -> None:
    """With all labels in the answer; without `model_config` it would be the best one."""
    shutil.rmtree(LOGGED, ignore_errors=True)
    mlflow.transformers.save_model(
        make_pipeline(folder), LOGGED, model_config=options_of(folder), pip_requirements=[]
    )


if __name__ == "__main__":
    source, port = folder_and_port()
    log_model(source)
    app = scoring_server.init(scoring_server.load_model_with_mlflow_config(LOGGED))
    uvicorn.run(app, host=HOST, port=port, log_level="warning")
