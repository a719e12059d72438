"""As much of a Kubernetes API server as `kubectl apply --dry-run=client` asks: which kinds there are, and that no object of them exists.

usage: api-server.py    prints the port of 127.0.0.1 that it listens on
"""
import json
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

# https://kubernetes.io/docs/reference/generated/kubernetes-api/v1.32/
KINDS = {
    "v1": [("namespaces", "Namespace", False), ("configmaps", "ConfigMap", True), ("serviceaccounts", "ServiceAccount", True), ("pods", "Pod", True)],
    "apps/v1": [("daemonsets", "DaemonSet", True)],
    "node.k8s.io/v1": [("runtimeclasses", "RuntimeClass", False)],
}


def resources(version):
    return {"kind": "APIResourceList", "apiVersion": "v1", "groupVersion": version, "resources": [
        {"name": name, "singularName": kind.lower(), "namespaced": namespaced, "kind": kind, "verbs": ["create", "get", "patch"]}
        for name, kind, namespaced in KINDS[version]]}


def group(version):
    entry = {"groupVersion": version, "version": version.split("/")[1]}
    return {"name": version.split("/")[0], "versions": [entry], "preferredVersion": entry}


ANSWERS = {
    "/api": {"kind": "APIVersions", "versions": ["v1"]},
    "/apis": {"kind": "APIGroupList", "apiVersion": "v1", "groups": [group(version) for version in KINDS if "/" in version]},
    "/version": {"major": "1", "minor": "32", "gitVersion": "v1.32.0"},
    **{("/apis/" if "/" in version else "/api/") + version: resources(version) for version in KINDS},
}
NOT_FOUND = {"kind": "Status", "apiVersion": "v1", "status": "Failure", "reason": "NotFound", "code": 404, "message": "there is none", "details": {}}


class Handler(BaseHTTPRequestHandler):
    def do_GET(self):
        answer = ANSWERS.get(self.path.split("?")[0])
        body = json.dumps(answer or NOT_FOUND).encode()
        self.send_response(200 if answer else 404)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
print(server.server_port, flush=True)
server.serve_forever()
