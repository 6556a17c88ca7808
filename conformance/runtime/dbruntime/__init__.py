"""Stands in for the package of this name that a Databricks runtime has: there the SDK finds its dbutils."""

import base64
import json
import os
import types
import urllib.error
import urllib.parse

from .sdk_credential_provider import call, headers


class Secrets:
    def get(self, scope, key):
        words = urllib.parse.urlencode({"scope": scope, "key": key})
        try:
            return base64.b64decode(call("/api/2.0/secrets/get?" + words, headers())["value"]).decode()
        except urllib.error.HTTPError:
            raise ValueError(f"Secret does not exist with scope: {scope} and key: {key}") from None


class TaskValues:
    def set(self, key, value):
        with open(os.environ["TASK_VALUES"], "a") as file:
            file.write(json.dumps({key: value}) + "\n")


class UserNamespaceInitializer:
    @staticmethod
    def getOrCreate():
        return UserNamespaceInitializer()

    def get_namespace_globals(self):
        jobs = types.SimpleNamespace(taskValues=TaskValues())
        return {"dbutils": types.SimpleNamespace(secrets=Secrets(), jobs=jobs)}
