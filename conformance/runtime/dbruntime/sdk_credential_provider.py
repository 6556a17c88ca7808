"""Stands in for the module of this name: there the SDK finds the identity that a task runs as."""

import base64
import json
import os
import time
import urllib.request

known = {"token": "", "until": 0.0}


def call(path, with_headers, body=None):
    request = urllib.request.Request(os.environ["TWIN_HOST"] + path, body, with_headers)
    return json.load(urllib.request.urlopen(request))


def headers():
    """As the real one does, it hands out a token until shortly before its end."""
    if time.time() > known["until"]:
        pair = base64.b64encode(os.environ["TWIN_CLIENT"].encode()).decode()
        form = b"grant_type=client_credentials&scope=all-apis"
        answer = call("/oidc/v1/token", {"Authorization": "Basic " + pair}, form)
        known.update(token=answer["access_token"], until=time.time() + answer["expires_in"] - 1)
    return {"Authorization": "Bearer " + known["token"]}


def init_runtime_native_auth():
    return os.environ["TWIN_HOST"], headers
