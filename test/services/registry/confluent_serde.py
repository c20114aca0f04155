"""Confluent's own serializers for Python behind a pipe: one JSON request a line, one JSON answer a line."""

import base64
import json
import pathlib
import sys
import tempfile

from confluent_kafka.schema_registry import Schema, SchemaReference, SchemaRegistryClient
from confluent_kafka.schema_registry.avro import AvroDeserializer, AvroSerializer
from confluent_kafka.schema_registry.json_schema import JSONDeserializer, JSONSerializer
from confluent_kafka.schema_registry.protobuf import ProtobufDeserializer, ProtobufSerializer
from confluent_kafka.serialization import MessageField, SerializationContext
from google.protobuf import descriptor_pb2, descriptor_pool, json_format, message_factory
from grpc_tools import protoc
import google
import grpc_tools

client = SchemaRegistryClient({"url": sys.argv[1]})


def serializer_of(request):
    references = [SchemaReference(r["name"], r["subject"], r["version"]) for r in request["references"]]
    schema = Schema(request["schema"], request["kind"], references)
    return JSONSerializer(schema, client) if request["kind"] == "JSON" else AvroSerializer(client, schema)


def write(request):
    serializer = serializer_of(request)
    context = SerializationContext(request["topic"], MessageField.VALUE)
    return [base64.b64encode(serializer(value, context)).decode() for value in request["values"]]


def read(request):
    is_json = request["kind"] == "JSON"
    deserializer = JSONDeserializer(None, schema_registry_client=client) if is_json else AvroDeserializer(client)
    context = SerializationContext(request["topic"], MessageField.VALUE)
    return [deserializer(base64.b64decode(value), context) for value in request["values"]]


def message_class(request):
    """The class of a message of some .proto files, as protoc would generate it."""
    with tempfile.TemporaryDirectory() as folder:
        for name, text in request["files"].items():
            path = pathlib.Path(folder, name)
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text)
        target = pathlib.Path(folder, "set")
        includes = [folder, str(pathlib.Path(grpc_tools.__file__).parent / "_proto")]
        includes += [str(pathlib.Path(each).parent) for each in google.__path__]
        arguments = ["protoc", *("-I" + each for each in includes), "--include_imports"]
        if protoc.main([*arguments, f"--descriptor_set_out={target}", *request["files"]]) != 0:
            raise ValueError("protoc failed")
        files = descriptor_pb2.FileDescriptorSet.FromString(target.read_bytes())
    pool = descriptor_pool.DescriptorPool()
    for file in files.file:
        pool.Add(file)
    return message_factory.GetMessageClass(pool.FindMessageTypeByName(request["message"]))


def write_protobuf(request):
    cls = message_class(request)
    serializer = ProtobufSerializer(cls, client)
    context = SerializationContext(request["topic"], MessageField.VALUE)
    values = [json_format.ParseDict(value, cls()) for value in request["values"]]
    return [base64.b64encode(serializer(value, context)).decode() for value in values]


def read_protobuf(request):
    # Without the registry, which would have to give schemas as descriptors: what is read is framing and message.
    deserializer = ProtobufDeserializer(message_class(request), {}, None)
    context = SerializationContext(request["topic"], MessageField.VALUE)
    values = [deserializer(base64.b64decode(value), context) for value in request["values"]]
    return [json_format.MessageToDict(value, preserving_proto_field_name=True) for value in values]


operations = {"write": write, "read": read, "write-protobuf": write_protobuf, "read-protobuf": read_protobuf}

for line in sys.stdin:
    request = json.loads(line)
    try:
        answer = {"values": operations[request["op"]](request)}
    except Exception as error:  # the other end tells it
        answer = {"error": repr(error)}
    print(json.dumps(answer, default=str), flush=True)
