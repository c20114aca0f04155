import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.apache.kafka.common.compress.Compression;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.header.internals.RecordHeader;
import org.apache.kafka.common.record.TimestampType;
import org.apache.kafka.common.record.internal.CompressionType;
import org.apache.kafka.common.record.internal.ControlRecordType;
import org.apache.kafka.common.record.internal.EndTransactionMarker;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.common.record.internal.MemoryRecordsBuilder;
import org.apache.kafka.common.record.internal.MutableRecordBatch;
import org.apache.kafka.common.record.internal.Record;
import org.apache.kafka.common.record.internal.RecordBatch;
import org.apache.kafka.common.utils.BufferSupplier;

/**
 * Record batches as Kafka's own classes write, compact and read them. One JSON question a line, one JSON answer a line; bytes
 * in Base64.
 */
public final class BatchOracle {
    private static final JsonNodeFactory NODES = JsonNodeFactory.instance;

    public static void main(String[] args) throws Exception {
        Pipe.serve(BatchOracle::answer);
    }

    private static JsonNode answer(JsonNode request) {
        try {
            return switch (request.get("op").asText()) {
                case "write" -> bytes(write(request));
                case "marker" -> bytes(marker(request));
                case "compact" -> bytes(compact(request));
                case "read" -> read(bytesOf(request.get("bytes")));
                default -> throw new IllegalArgumentException("unknown op");
            };
        } catch (Throwable error) {
            return NODES.objectNode().put("error", error.toString());
        }
    }

    private static ByteBuffer write(JsonNode batch) {
        List<JsonNode> records = new ArrayList<>();
        batch.get("records").forEach(records::add);
        boolean appendTime = batch.get("appendTime").asLong() >= 0;
        MemoryRecordsBuilder builder = new MemoryRecordsBuilder(ByteBuffer.allocate(512), (byte) batch.get("magic").asInt(),
            Compression.of(CompressionType.forName(batch.get("codec").asText())).build(),
            appendTime ? TimestampType.LOG_APPEND_TIME : TimestampType.CREATE_TIME, batch.get("baseOffset").asLong(),
            batch.get("appendTime").asLong(), batch.get("producerId").asLong(), (short) batch.get("producerEpoch").asInt(),
            batch.get("baseSequence").asInt(), batch.get("transactional").asBoolean(), false, -1, 1 << 20);
        for (JsonNode record : records) {
            Header[] headers = new Header[record.get("headers").size()];
            for (int i = 0; i < headers.length; i++) {
                JsonNode header = record.get("headers").get(i);
                headers[i] = new RecordHeader(header.get(0).asText(), bytesOf(header.get(1)));
            }
            builder.append(record.get("timestamp").asLong(), bytesOf(record.get("key")), bytesOf(record.get("value")), headers);
        }
        return builder.build().buffer();
    }

    private static ByteBuffer marker(JsonNode request) {
        ControlRecordType type = request.get("commit").asBoolean() ? ControlRecordType.COMMIT : ControlRecordType.ABORT;
        return MemoryRecords.withEndTransactionMarker(request.get("baseOffset").asLong(), 1763719200000L, -1,
            request.get("producerId").asLong(), (short) request.get("producerEpoch").asInt(), new EndTransactionMarker(type, 0)).buffer();
    }

    /** What the log cleaner leaves of the batches where only these offsets are kept; batches stay, though empty. */
    private static ByteBuffer compact(JsonNode request) {
        Set<Long> kept = new HashSet<>();
        request.get("keep").forEach(offset -> kept.add(offset.asLong()));
        MemoryRecords.RecordFilter filter = new MemoryRecords.RecordFilter(1763719200000L, 86400000L) {
            @Override
            protected BatchRetentionResult checkBatchRetention(RecordBatch batch) {
                return new BatchRetentionResult(BatchRetention.RETAIN_EMPTY, false);
            }

            @Override
            protected boolean shouldRetainRecord(RecordBatch batch, Record record) {
                return kept.contains(record.offset());
            }
        };
        byte[] bytes = bytesOf(request.get("bytes"));
        ByteBuffer target = ByteBuffer.allocate(bytes.length * 2 + 1024);
        ByteBuffer cleaned = MemoryRecords.readableRecords(ByteBuffer.wrap(bytes)).filterTo(filter, target, BufferSupplier.NO_CACHING).outputBuffer();
        cleaned.flip();
        return cleaned;
    }

    /** Every batch, once its CRC and its format were found right, and its records. */
    private static JsonNode read(byte[] bytes) {
        ArrayNode batches = NODES.arrayNode();
        for (MutableRecordBatch batch : MemoryRecords.readableRecords(ByteBuffer.wrap(bytes)).batches()) {
            batch.ensureValid();
            ObjectNode found = batches.addObject().put("baseOffset", batch.baseOffset()).put("nextOffset", batch.nextOffset())
                .put("producerId", batch.producerId()).put("producerEpoch", batch.producerEpoch())
                .put("baseSequence", batch.baseSequence()).put("lastSequence", batch.lastSequence())
                .put("transactional", batch.isTransactional()).put("control", batch.isControlBatch())
                .put("timestampType", batch.timestampType().name).put("maxTimestamp", batch.maxTimestamp())
                .put("codec", batch.compressionType().name).put("count", batch.countOrNull()).put("sizeInBytes", batch.sizeInBytes());
            ArrayNode records = found.putArray("records");
            for (Record record : batch) {
                record.ensureValid();
                ObjectNode each = records.addObject().put("offset", record.offset()).put("timestamp", record.timestamp());
                each.put("key", text(record.key())).put("value", text(record.value()));
                ArrayNode headers = each.putArray("headers");
                for (Header header : record.headers()) {
                    ArrayNode pair = headers.addArray().add(header.key());
                    pair.add(header.value() == null ? null : text(ByteBuffer.wrap(header.value())));
                }
            }
        }
        return batches;
    }

    private static ObjectNode bytes(ByteBuffer buffer) {
        return NODES.objectNode().put("bytes", text(buffer));
    }

    private static String text(ByteBuffer buffer) {
        if (buffer == null) return null;
        byte[] bytes = new byte[buffer.remaining()];
        buffer.duplicate().get(bytes);
        return Base64.getEncoder().encodeToString(bytes);
    }

    private static byte[] bytesOf(JsonNode text) {
        return text.isNull() ? null : Base64.getDecoder().decode(text.asText());
    }
}
