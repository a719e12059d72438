"""A kubelet's pod resources socket: answers List with what a JSON file holds. The messages are written here in full, apart from the agent's own.

usage: fake-kubelet.py SOCKET FILE DIRECTORY
"""
import json
import os
import sys
import threading
from concurrent import futures

import grpc
from grpc_tools import protoc

PROTO = """
syntax = "proto3";
package v1;
message ListPodResourcesRequest {}
message ListPodResourcesResponse { repeated PodResources pod_resources = 1; }
message PodResources { string name = 1; string namespace = 2; repeated ContainerResources containers = 3; repeated int64 cpu_ids = 4; }
message ContainerResources {
  string name = 1; repeated ContainerDevices devices = 2; repeated int64 cpu_ids = 3;
  repeated ContainerMemory memory = 4; repeated DynamicResource dynamic_resources = 5;
}
message ContainerMemory { string memory_type = 1; uint64 size = 2; }
message NumaNode { int64 ID = 1; }
message TopologyInfo { repeated NumaNode nodes = 1; }
message ContainerDevices { string resource_name = 1; repeated string device_ids = 2; TopologyInfo topology = 3; }
message DynamicResource { string claim_name = 2; string claim_namespace = 3; repeated ClaimResource claim_resources = 4; }
message ClaimResource { repeated CdiDevice cdi_devices = 1; string driver_name = 2; string pool_name = 3; string device_name = 4; }
message CdiDevice { string name = 1; }
"""

socket, file, directory = sys.argv[1:]
with open(os.path.join(directory, "kubelet.proto"), "w") as text:
    text.write(PROTO)
if protoc.main(["protoc", f"-I{directory}", f"--python_out={directory}", os.path.join(directory, "kubelet.proto")]) != 0:
    sys.exit("the messages cannot be compiled")
sys.path.insert(0, directory)
import kubelet_pb2  # noqa: E402
from google.protobuf import json_format  # noqa: E402


def answer(request, context):
    with open(file) as text:
        scene = json.load(text)
    print("asked", flush=True)
    if "hang" in scene:
        threading.Event().wait(scene["hang"])
    if "refuse" in scene:
        context.abort(grpc.StatusCode.PERMISSION_DENIED, scene["refuse"])
    if "garbage" in scene:
        return bytes.fromhex(scene["garbage"])
    if "large" in scene:
        return b"\x0a" * scene["large"]
    return json_format.ParseDict(scene, kubelet_pb2.ListPodResourcesResponse()).SerializeToString()


server = grpc.server(futures.ThreadPoolExecutor(4), options=[("grpc.max_send_message_length", -1)])
server.add_generic_rpc_handlers((grpc.method_handlers_generic_handler("v1.PodResourcesLister", {
    "List": grpc.unary_unary_rpc_method_handler(answer, kubelet_pb2.ListPodResourcesRequest.FromString, lambda message: message),
}),))
server.add_insecure_port(f"unix:{socket}")
server.start()
print("ready", flush=True)
server.wait_for_termination()
