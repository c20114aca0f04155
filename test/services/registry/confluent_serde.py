"""Confluent's own serializers for Python behind a pipe: one JSON request a line, one JSON answer a line."""

import base64
import json
import sys

from confluent_kafka.schema_registry import Schema, SchemaReference, SchemaRegistryClient
from confluent_kafka.schema_registry.avro import AvroDeserializer, AvroSerializer
from confluent_kafka.serialization import MessageField, SerializationContext

client = SchemaRegistryClient({"url": sys.argv[1]})


def write(request):
    references = [SchemaReference(r["name"], r["subject"], r["version"]) for r in request["references"]]
    serializer = AvroSerializer(client, Schema(request["schema"], "AVRO", references))
    context = SerializationContext(request["topic"], MessageField.VALUE)
    return [base64.b64encode(serializer(value, context)).decode() for value in request["values"]]


def read(request):
    deserializer = AvroDeserializer(client)
    context = SerializationContext(request["topic"], MessageField.VALUE)
    return [deserializer(base64.b64decode(value), context) for value in request["values"]]


for line in sys.stdin:
    request = json.loads(line)
    try:
        answer = {"values": {"write": write, "read": read}[request["op"]](request)}
    except Exception as error:  # the other end tells it
        answer = {"error": repr(error)}
    print(json.dumps(answer, default=str), flush=True)
