"""The side of the kubelet that device plugins see, by gRPC's own implementation. The messages are written here in full, apart from the agent's own.

usage: device-kubelet.py DIRECTORY MESSAGES

DIRECTORY is where plugins have their sockets, MESSAGES an empty one for generated code. Each line of standard input is a JSON object whose "do" says
what to do; each is answered by one line of JSON, in turn.
"""
import json
import os
import socket
import sys
import threading
from concurrent import futures

import grpc
from grpc_tools import protoc

# https://github.com/kubernetes/kubelet/blob/master/pkg/apis/deviceplugin/v1beta1/api.proto
PROTO = """
syntax = "proto3";
package v1beta1;
message Empty {}
message DevicePluginOptions { bool pre_start_required = 1; bool get_preferred_allocation_available = 2; }
message RegisterRequest { string version = 1; string endpoint = 2; string resource_name = 3; DevicePluginOptions options = 4; }
message NUMANode { int64 ID = 1; }
message TopologyInfo { repeated NUMANode nodes = 1; }
message Device { string ID = 1; string health = 2; TopologyInfo topology = 3; }
message ListAndWatchResponse { repeated Device devices = 1; }
message PreStartContainerRequest { repeated string devices_ids = 1; }
message PreStartContainerResponse {}
message ContainerPreferredAllocationRequest {
  repeated string available_deviceIDs = 1; repeated string must_include_deviceIDs = 2; int32 allocation_size = 3;
}
message PreferredAllocationRequest { repeated ContainerPreferredAllocationRequest container_requests = 1; }
message ContainerPreferredAllocationResponse { repeated string deviceIDs = 1; }
message PreferredAllocationResponse { repeated ContainerPreferredAllocationResponse container_responses = 1; }
message ContainerAllocateRequest { repeated string devices_ids = 1; }
message AllocateRequest { repeated ContainerAllocateRequest container_requests = 1; }
message Mount { string container_path = 1; string host_path = 2; bool read_only = 3; }
message DeviceSpec { string container_path = 1; string host_path = 2; string permissions = 3; }
message CDIDevice { string name = 1; }
message ContainerAllocateResponse {
  map<string, string> envs = 1; repeated Mount mounts = 2; repeated DeviceSpec devices = 3; map<string, string> annotations = 4;
  repeated CDIDevice cdi_devices = 5;
}
message AllocateResponse { repeated ContainerAllocateResponse container_responses = 1; }
"""

DEADLINE = 30
METHODS = {
    "GetDevicePluginOptions": ("Empty", "DevicePluginOptions"),
    "GetPreferredAllocation": ("PreferredAllocationRequest", "PreferredAllocationResponse"),
    "Allocate": ("AllocateRequest", "AllocateResponse"),
    "PreStartContainer": ("PreStartContainerRequest", "PreStartContainerResponse"),
}

directory, messages = sys.argv[1:]
with open(os.path.join(messages, "deviceplugin.proto"), "w") as text:
    text.write(PROTO)
if protoc.main(["protoc", f"-I{messages}", f"--python_out={messages}", os.path.join(messages, "deviceplugin.proto")]) != 0:
    sys.exit("the messages cannot be compiled")
sys.path.insert(0, messages)
import deviceplugin_pb2 as api  # noqa: E402
from google.protobuf import json_format  # noqa: E402


def told(message):
    return json_format.MessageToDict(message, preserving_proto_field_name=True)


class Plugin:
    """A resource that was registered, watched from then on as the kubelet watches it."""

    def __init__(self, request):
        self.registration = told(request)
        self.lists = []
        self.ended = None
        self.channel = grpc.insecure_channel(f"unix:{os.path.join(directory, request.endpoint)}")
        threading.Thread(target=self.watch, daemon=True).start()

    def watch(self):
        try:
            for message in self.call("ListAndWatch", stream=True)(api.Empty(), wait_for_ready=True):
                self.lists.append([
                    {"id": device.ID, "health": device.health, "numa": [node.ID for node in device.topology.nodes]} for device in message.devices])
            self.ended = "OK"
        except grpc.RpcError as error:
            self.ended = error.code().name

    def call(self, method, stream=False, raw=False):
        path = f"/v1beta1.DevicePlugin/{method}"
        if stream:
            return self.channel.unary_stream(path, api.Empty.SerializeToString, api.ListAndWatchResponse.FromString)
        taken, given = METHODS[method]
        return self.channel.unary_unary(
            path, (lambda message: message) if raw else getattr(api, taken).SerializeToString, getattr(api, given).FromString)


class Kubelet:
    def __init__(self):
        self.server = None
        self.refusals = 0
        self.plugins = {}
        self.registrations = []
        self.held = []

    def register(self, request, context):
        if self.refusals > 0:
            self.refusals -= 1
            context.abort(grpc.StatusCode.UNAVAILABLE, "busy")
        self.registrations.append(told(request))
        self.plugins[request.resource_name] = Plugin(request)
        return api.Empty()

    def start(self, refusals=0):
        """As the kubelet does: what is in the directory was a former one's."""
        for name in os.listdir(directory):
            os.unlink(os.path.join(directory, name))
        self.refusals = refusals
        self.plugins = {}
        self.registrations = []
        self.server = grpc.server(futures.ThreadPoolExecutor(4))
        self.server.add_generic_rpc_handlers((grpc.method_handlers_generic_handler("v1beta1.Registration", {
            "Register": grpc.unary_unary_rpc_method_handler(self.register, api.RegisterRequest.FromString, api.Empty.SerializeToString),
        }),))
        self.server.add_insecure_port(f"unix:{os.path.join(directory, 'kubelet.sock')}")
        self.server.start()
        return True

    def stop(self):
        for plugin in self.plugins.values():
            plugin.channel.close()
        self.server.stop(None).wait()
        path = os.path.join(directory, "kubelet.sock")
        if os.path.exists(path):
            os.unlink(path)
        return True

    def registered(self):
        return self.registrations

    def lists(self, resource):
        plugin = self.plugins.get(resource)
        return None if plugin is None else {"lists": plugin.lists, "ended": plugin.ended}

    def call(self, resource, method, message, deadline=DEADLINE):
        request = json_format.ParseDict(message, getattr(api, METHODS[method][0])())
        return self.answer(self.plugins[resource].call(method), request, deadline)

    def raw(self, resource, method, hex, deadline=DEADLINE):
        return self.answer(self.plugins[resource].call(method, raw=True), bytes.fromhex(hex), deadline)

    @staticmethod
    def answer(call, request, deadline):
        try:
            return {"answer": told(call(request, timeout=deadline))}
        except grpc.RpcError as error:
            return {"status": error.code().name, "details": error.details()}

    def hold(self, resource, count, hex):
        """Connections that send a beginning and then nothing."""
        for _ in range(count):
            connection = socket.socket(socket.AF_UNIX)
            connection.connect(os.path.join(directory, self.plugins[resource].registration["endpoint"]))
            self.held.append(connection)
            try:
                connection.sendall(bytes.fromhex(hex))
            except (BrokenPipeError, ConnectionResetError):
                pass  # The plugin takes so many at a time, and closes the oldest.
        return len(self.held)


kubelet = Kubelet()
print(json.dumps("ready"), flush=True)
for line in sys.stdin:
    command = json.loads(line)
    print(json.dumps(getattr(kubelet, command.pop("do"))(**command)), flush=True)
