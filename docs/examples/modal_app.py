"""A web function on Modal that scores comments on a GPU: `modal deploy modal_app.py`."""

import modal

image = modal.Image.debian_slim().pip_install("torch", "transformers", "fastapi[standard]")
app = modal.App("comment-scores", image=image)


@app.cls(gpu="T4", scaledown_window=300)
class Toxicity:
    @modal.enter()
    def load(self):
        from transformers import pipeline

        self.classify = pipeline("text-classification", "unitary/toxic-bert", top_k=None)

    @modal.fastapi_endpoint(method="POST")
    def score(self, request: dict):
        found = self.classify(request["texts"], batch_size=64, truncation=True)
        return {"results": [{each["label"]: each["score"] for each in one} for one in found]}
