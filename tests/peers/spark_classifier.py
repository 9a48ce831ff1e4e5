"""Spark's own way to classify texts, in a process with Spark's packages: `spark_classifier.py MODEL
TOKENS PROCESSES`.

Once Spark runs, its version is a line on standard output. Each line `SOURCE<TAB>TARGET` on standard
input is then done, Parquet file to Parquet folder, and answered by the seconds it took.
"""

import json
import sys
from collections.abc import Iterator
from time import perf_counter

import pandas as pd
from pyspark.sql import SparkSession
from pyspark.sql.functions import pandas_udf


def main(folder: str, tokens: int, processes: int) -> None:
    spark = (
        SparkSession.builder.master(f"local[{processes}]")
        .config("spark.ui.enabled", "false")
        .config("spark.log.level", "ERROR")
        .getOrCreate()
    )

    @pandas_udf("string")
    def classified(batches: Iterator[pd.Series]) -> Iterator[pd.Series]:
        from transformers import pipeline

        model = pipeline(
            "text-classification",
            model=folder,
            top_k=None,
            function_to_apply="sigmoid",
            truncation=True,
            max_length=tokens,
        )
        for texts in batches:
            yield pd.Series([json.dumps(found) for found in model(texts.to_list())])

    print(spark.version, flush=True)
    for line in sys.stdin:
        source, target = line.rstrip("\n").split("\t")
        begin_s = perf_counter()
        rows = spark.read.parquet(source).repartition(processes)
        rows.withColumn("scores", classified("text")).write.parquet(target)
        print(perf_counter() - begin_s, flush=True)
    spark.stop()


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]), int(sys.argv[3]))
