"""Runs statements in Spark with Delta Lake, one by one; each result is written as an Arrow stream."""

import glob
import json
import os
import sys
import time

os.environ["TZ"] = "UTC"
time.tzset()

import pyarrow as pa
from importlib.metadata import version
from pyspark.sql import SparkSession
from pyspark.sql import functions as F

SETTINGS = {
    "spark.sql.extensions": "io.delta.sql.DeltaSparkSessionExtension",
    "spark.sql.catalog.spark_catalog": "org.apache.spark.sql.delta.catalog.DeltaCatalog",
    "spark.sql.catalogImplementation": "in-memory",
    "spark.sql.session.timeZone": "UTC",
    # Delta's parser does not take part in the newer way of binding parameters, by text.
    "spark.sql.legacy.parameterSubstitution.constantsOnly": "true",
    "spark.databricks.delta.properties.defaults.enableDeletionVectors": "false",
    "spark.databricks.delta.snapshotPartitions": "1",
    # Versions are asked for by the number that they have in the twin: no engine adds one in between.
    "spark.databricks.delta.autoCompact.enabled": "false",
    "spark.sql.shuffle.partitions": "2",
    "spark.driver.memory": "2g",
    "spark.driver.host": "127.0.0.1",
    "spark.driver.bindAddress": "127.0.0.1",
    "spark.ui.enabled": "false",
    "spark.ui.showConsoleProgress": "false",
}


def main(job_file):
    with open(job_file) as file:
        job = json.load(file)
    spark = start(job)
    results = {}
    for step in job["steps"]:
        started = time.time()
        try:
            results[step["id"]] = run(spark, step, job["out"])
        except Exception as error:
            results[step["id"]] = {"error": f"{type(error).__name__}: {str(error)[:1500]}"}
        results[step["id"]]["seconds"] = round(time.time() - started, 2)
    versions = f"Spark {spark.version} with Delta {version('delta-spark')}"
    with open(os.path.join(job["out"], "results.json"), "w") as file:
        json.dump({"version": versions, "results": results}, file)
    spark.stop()


def start(job):
    builder = SparkSession.builder.master("local[2]").appName("conformance")
    for name, value in SETTINGS.items():
        builder = builder.config(name, value)
    builder = builder.config("spark.jars", ",".join(glob.glob(os.path.join(job["jars"], "*.jar"))))
    builder = builder.config("spark.sql.warehouse.dir", job["warehouse"])
    spark = builder.getOrCreate()
    spark.sparkContext.setLogLevel("OFF")
    return spark


def run(spark, step, out):
    parameters = {name: literal(value) for name, value in step.get("parameters", {}).items()}
    frame = spark.sql(step["sql"], parameters) if parameters else spark.sql(step["sql"])
    if step.get("columns"):
        frame = frame.select(*step["columns"])
    if step["answer"]:
        table = frame.toArrow()
        with pa.ipc.new_stream(os.path.join(out, step["id"] + ".arrow"), table.schema) as stream:
            stream.write_table(table)
        return {}
    rows = frame.collect()
    affected = rows[0]["num_affected_rows"] if "num_affected_rows" in frame.columns else None
    return {"affected": affected}


def literal(parameter):
    """The types that the product's driver says its parameters have."""
    kind, value = parameter["type"], parameter["value"]
    if kind == "BIGINT":
        return F.expr(f"{value}L")
    if kind == "TIMESTAMP":
        return F.expr(f"TIMESTAMP'{value}'")
    return F.lit(value)


main(sys.argv[1])
