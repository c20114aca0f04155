"""Reads files as fastavro and pyarrow do: a JSON request a line on standard input, a JSON answer a line on standard output."""
import base64
import datetime
import decimal
import json
import sys

import fastavro
import pyarrow.parquet

EPOCH = datetime.datetime(1970, 1, 1, tzinfo=datetime.timezone.utc)


def plain(value):
    """A value as JSON: numbers beyond doubles, bytes and decimals as text; dates and times as the integers in the file."""
    if isinstance(value, bool) or value is None or isinstance(value, (float, str)):
        return value
    if isinstance(value, int):
        return value if abs(value) < 2**53 else str(value)
    if isinstance(value, bytes):
        return base64.b64encode(value).decode()
    if isinstance(value, decimal.Decimal):
        return str(value)
    if isinstance(value, datetime.datetime):
        if value.tzinfo is None:
            value = value.replace(tzinfo=datetime.timezone.utc)
        return (value - EPOCH) // datetime.timedelta(milliseconds=1)
    if isinstance(value, datetime.date):
        return (value - EPOCH.date()).days
    if isinstance(value, datetime.time):
        seconds = (value.hour * 60 + value.minute) * 60 + value.second
        return seconds * 1000 + value.microsecond // 1000
    if isinstance(value, dict):
        return {str(name): plain(each) for name, each in value.items()}
    # pyarrow gives a map as a list of pairs.
    if isinstance(value, list) and value and all(isinstance(each, tuple) for each in value):
        return {str(name): plain(each) for name, each in value}
    return [plain(each) for each in value]


def read(kind, path):
    if kind == "avro":
        with open(path, "rb") as file:
            return [plain(record) for record in fastavro.reader(file)]
    return [plain(record) for record in pyarrow.parquet.ParquetFile(path).read().to_pylist()]


for line in sys.stdin:
    request = json.loads(line)
    try:
        answer = {"records": read(request["kind"], request["path"])}
    except Exception as error:  # The test shows it.
        answer = {"error": f"{type(error).__name__}: {error}"}
    print(json.dumps(answer), flush=True)
