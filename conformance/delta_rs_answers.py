"""Answers questions about Delta tables with delta-rs; each answer is written as an Arrow stream."""

import json
import os
import sys

import deltalake
import pyarrow as pa


def main(job_file):
    with open(job_file) as file:
        job = json.load(file)
    results = {}
    for question in job["questions"]:
        try:
            write(os.path.join(job["out"], question["id"] + ".arrow"), answer(question))
            results[question["id"]] = {}
        except Exception as error:
            results[question["id"]] = {"error": f"{type(error).__name__}: {error}"}
    with open(os.path.join(job["out"], "results.json"), "w") as file:
        json.dump({"version": f"delta-rs {deltalake.__version__}", "results": results}, file)


def answer(question):
    table = deltalake.DeltaTable(question["folder"], version=question.get("version"))
    if question["kind"] == "history":
        return history(table)
    if question["kind"] == "changes":
        return in_utc(pa.table(table.load_cdf(question["from"], question["to"])))
    return pa.table(table.to_pyarrow_table())


def history(table):
    commits = table.history()
    return pa.table(
        {
            "version": pa.array([commit["version"] for commit in commits], pa.int64()),
            "timestamp": pa.array(
                [commit["timestamp"] * 1000 for commit in commits], pa.timestamp("us", "UTC")
            ),
            "operation": pa.array([commit["operation"] for commit in commits], pa.string()),
        }
    )


def in_utc(changes):
    """The change feed has its times without a zone, in milliseconds."""
    at = changes.schema.get_field_index("_commit_timestamp")
    times = changes.column(at).cast(pa.timestamp("us")).cast(pa.timestamp("us", "UTC"))
    return changes.set_column(at, "_commit_timestamp", times)


def write(path, table):
    """Views and dictionaries are only another way to store the same values."""
    fields = [pa.field(field.name, plain(field.type)) for field in table.schema]
    table = table.cast(pa.schema(fields))
    with pa.ipc.new_stream(path, table.schema) as stream:
        stream.write_table(table)


def plain(kind):
    if pa.types.is_string_view(kind):
        return pa.string()
    if pa.types.is_binary_view(kind):
        return pa.binary()
    if pa.types.is_dictionary(kind):
        return plain(kind.value_type)
    return kind


main(sys.argv[1])
