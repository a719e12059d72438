"""A kubelet's side of the device plugin API: does what the lines on standard input say, a JSON object each, and answers each with one. The messages
are written here in full, apart from the agent's own.

usage: device-plugin-kubelet.py DIRECTORY   (with the plugins' sockets; the compiled messages lie in a directory beside them)
"""
import json
import os
import queue
import sys
from concurrent import futures

import grpc
from google.protobuf import json_format
from grpc_tools import protoc

PROTO = """
syntax = "proto3";
package v1beta1;
message DevicePluginOptions { bool pre_start_required = 1; bool get_preferred_allocation_available = 2; }
message RegisterRequest { string version = 1; string endpoint = 2; string resource_name = 3; DevicePluginOptions options = 4; }
message Empty {}
message ListAndWatchResponse { repeated Device devices = 1; }
message TopologyInfo { repeated NUMANode nodes = 1; }
message NUMANode { int64 ID = 1; }
message Device { string ID = 1; string health = 2; TopologyInfo topology = 3; }
message PreStartContainerRequest { repeated string devicesIDs = 1; }
message PreStartContainerResponse {}
message PreferredAllocationRequest { repeated ContainerPreferredAllocationRequest container_requests = 1; }
message ContainerPreferredAllocationRequest { repeated string available_deviceIDs = 1; repeated string must_include_deviceIDs = 2; int32 allocation_size = 3; }
message PreferredAllocationResponse { repeated ContainerPreferredAllocationResponse container_responses = 1; }
message ContainerPreferredAllocationResponse { repeated string deviceIDs = 1; }
message AllocateRequest { repeated ContainerAllocateRequest container_requests = 1; }
message ContainerAllocateRequest { repeated string devicesIDs = 1; }
message CDIDevice { string name = 1; }
message AllocateResponse { repeated ContainerAllocateResponse container_responses = 1; }
message ContainerAllocateResponse {
  map<string, string> envs = 1; repeated Mount mounts = 2; repeated DeviceSpec devices = 3; map<string, string> annotations = 4; repeated CDIDevice cdi_devices = 5;
}
message Mount { string container_path = 1; string host_path = 2; bool read_only = 3; }
message DeviceSpec { string container_path = 1; string host_path = 2; string permissions = 3; }
"""

directory = sys.argv[1]
messages = directory.rstrip("/") + ".messages"
os.makedirs(messages)
with open(os.path.join(messages, "plugin.proto"), "w") as text:
    text.write(PROTO)
if protoc.main(["protoc", f"-I{messages}", f"--python_out={messages}", os.path.join(messages, "plugin.proto")]) != 0:
    sys.exit("the messages cannot be compiled")
sys.path.insert(0, messages)
import plugin_pb2 as api  # noqa: E402

METHODS = {
    "GetDevicePluginOptions": (api.Empty, api.DevicePluginOptions),
    "ListAndWatch": (api.Empty, api.ListAndWatchResponse),
    "GetPreferredAllocation": (api.PreferredAllocationRequest, api.PreferredAllocationResponse),
    "Allocate": (api.AllocateRequest, api.AllocateResponse),
    "PreStartContainer": (api.PreStartContainerRequest, api.PreStartContainerResponse),
}
channels, streams = {}, {}
registrations = queue.Queue()
kubelet, refusals = None, 0


def channel(name):
    if name not in channels:
        channels[name] = grpc.insecure_channel(f"unix:{directory}/{name}", [("grpc.default_authority", "localhost"), ("grpc.max_send_message_length", -1), ("grpc.initial_reconnect_backoff_ms", 100)])
    return channels[name]


def plain(message):
    return json_format.MessageToDict(message, preserving_proto_field_name=True)


def call(order):
    request, answer = METHODS[order["method"]]
    function = channel(order["socket"]).unary_unary(f"/v1beta1.DevicePlugin/{order['method']}", request.SerializeToString, answer.FromString)
    return plain(function(json_format.ParseDict(order.get("request", {}), request()), timeout=order.get("deadline", 60), wait_for_ready=True))


def raw(order):
    content = bytes.fromhex(order["hex"]) if "hex" in order else b"\x0a\x02\x0a\x00" * (order["size"] // 4)
    function = channel(order["socket"]).unary_unary(order["path"], None, None)
    return function(content, timeout=60, wait_for_ready=True).hex()


def many(order):
    """Every list of ids, each in a call of its own, several at a time; the names of CDI devices of each answer."""
    def one(ids):
        return [name for container in call({"socket": order["socket"], "method": "Allocate", "request": {"container_requests": [{"devicesIDs": ids}]}})["container_responses"]
                for name in [device["name"] for device in container["cdi_devices"]]]
    with futures.ThreadPoolExecutor(8) as pool:
        return list(pool.map(one, order["ids"]))


def watch(order):
    function = channel(order["socket"]).unary_stream("/v1beta1.DevicePlugin/ListAndWatch", api.Empty.SerializeToString, api.ListAndWatchResponse.FromString)
    streams[order["stream"]] = function(api.Empty(), timeout=order.get("deadline", 300), wait_for_ready=True)


def following(order):
    try:
        return plain(next(streams[order["stream"]]))
    except StopIteration:
        return "end"


def register(request, context):
    global refusals
    if refusals > 0:
        refusals -= 1
        context.abort(grpc.StatusCode.UNAVAILABLE, "not yet")
    registrations.put(plain(request))
    return api.Empty()


def serve(order):
    global kubelet, refusals
    refusals = order.get("refuse", 0)
    kubelet = grpc.server(futures.ThreadPoolExecutor(4))
    kubelet.add_generic_rpc_handlers((grpc.method_handlers_generic_handler("v1beta1.Registration", {
        "Register": grpc.unary_unary_rpc_method_handler(register, api.RegisterRequest.FromString, api.Empty.SerializeToString),
    }),))
    kubelet.add_insecure_port(f"unix:{directory}/kubelet.sock")
    kubelet.start()


def stop(order):
    """As a kubelet that is restarted: what lies in its directory is taken away."""
    kubelet.stop(0).wait()
    for name in os.listdir(directory):
        os.unlink(os.path.join(directory, name))


ORDERS = {
    "call": call, "raw": raw, "many": many, "watch": watch, "next": following, "serve": serve, "stop": stop,
    "cancel": lambda order: streams.pop(order["stream"]).cancel(),
    "registered": lambda order: registrations.get(timeout=order.get("patience", 60)),
    "registrations": lambda order: registrations.qsize(),
}
print("ready", flush=True)
for line in sys.stdin:
    order = json.loads(line)
    try:
        result = {"ok": ORDERS[order["do"]](order)}
    except grpc.RpcError as error:
        result = {"code": error.code().name, "details": error.details()}
    except queue.Empty:
        result = {"code": "NO_REGISTRATION", "details": ""}
    print(json.dumps(result), flush=True)
os._exit(0)
