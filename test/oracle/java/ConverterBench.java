import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.sun.management.OperatingSystemMXBean;
import io.apicurio.registry.utils.converter.avro.AvroData;
import io.apicurio.registry.utils.converter.avro.AvroDataConfig;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.Date;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.avro.generic.GenericDatumReader;
import org.apache.avro.generic.GenericDatumWriter;
import org.apache.avro.io.BinaryEncoder;
import org.apache.avro.io.DecoderFactory;
import org.apache.avro.io.EncoderFactory;
import org.apache.kafka.connect.data.Field;
import org.apache.kafka.connect.data.Schema;
import org.apache.kafka.connect.data.SchemaAndValue;
import org.apache.kafka.connect.data.Struct;
import org.apache.kafka.connect.json.JsonConverter;
import org.apache.kafka.connect.source.SourceRecord;
import org.apache.kafka.connect.transforms.Transformation;

/**
 * Kafka's JsonConverter and transformations, and Avro's reader and writer behind a mapping to Connect, timed: the other side of
 * test/bench/converters/serve.ts. Of a worker there is nothing around them.
 */
public final class ConverterBench {
    private static final JsonNodeFactory NODES = JsonNodeFactory.instance;
    private static final ObjectMapper JSON = new ObjectMapper();
    /** What a registry's serializer puts before a datum: a magic byte and the id of the schema. */
    private static final int PREFIX = 5;

    /** What is done to each document. */
    private interface Work {
        Object apply(int index) throws Exception;
    }

    private static Work work;
    private static int count;
    /** Results live as long as those of a batch do. */
    private static final Object[] KEPT = new Object[1024];
    private static int kept;

    public static void main(String[] args) throws Exception {
        Pipe.serve(ConverterBench::answer);
    }

    private static JsonNode answer(JsonNode request) throws Exception {
        return switch (request.get("op").asText()) {
            case "prepare" -> prepare(request.get("task"));
            case "digest" -> digest();
            case "run" -> timed(request.get("seconds").asDouble());
            default -> throw new IllegalArgumentException("unknown op");
        };
    }

    private static JsonNode prepare(JsonNode task) throws Exception {
        List<String> lines = Files.readAllLines(Path.of(task.get("inputFile").asText()));
        count = lines.size();
        boolean reads = task.get("work").asText().equals("read");
        if (task.get("work").asText().equals("transform")) work = transformer(task, lines);
        else if (task.get("format").asText().equals("avro")) work = reads ? avroReader(task, lines) : avroWriter(task, lines);
        else work = reads ? jsonReader(task, lines) : jsonWriter(task, lines);
        return NODES.objectNode();
    }

    private static JsonNode digest() throws Exception {
        MessageDigest sha = MessageDigest.getInstance("SHA-256");
        int hash = 0;
        for (int i = 0; i < count; i++) {
            Object result = work.apply(i);
            hash = hash * 31 + hashOf(result);
            sha.update(result instanceof byte[] bytes ? bytes : textOf(result).getBytes(StandardCharsets.UTF_8));
            sha.update((byte) '\n');
        }
        return NODES.objectNode().put("count", count).put("digest", HexFormat.of().formatHex(sha.digest())).put("hash", hash);
    }

    /** All documents again and again, until so much CPU is used: that of the whole process, collector and compiler included. */
    private static JsonNode timed(double seconds) throws Exception {
        OperatingSystemMXBean system = (OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();
        long before = system.getProcessCpuTime();
        int hash = once();
        long records = count;
        double cpuSeconds = (system.getProcessCpuTime() - before) / 1e9;
        while (cpuSeconds < seconds) {
            if (once() != hash) throw new IllegalStateException("Found another result than before.");
            records += count;
            cpuSeconds = (system.getProcessCpuTime() - before) / 1e9;
        }
        return NODES.objectNode().put("records", records).put("cpuSeconds", cpuSeconds).put("hash", hash);
    }

    private static int once() throws Exception {
        int hash = 0;
        for (int i = 0; i < count; i++) {
            Object result = work.apply(i);
            KEPT[kept++ & 1023] = result;
            hash = hash * 31 + hashOf(result);
        }
        return hash;
    }

    private static Field idField;

    /** Of bytes their number and one in the middle; of a value its id. */
    private static int hashOf(Object result) {
        if (result instanceof byte[] bytes) return bytes.length * 31 + (bytes[bytes.length >> 1] & 0xff);
        Object value = result instanceof SourceRecord record ? record.value() : result;
        if (value instanceof Map<?, ?> map) return ((Number) map.get("id")).intValue();
        Struct struct = (Struct) value;
        if (idField == null) idField = struct.schema().field("id");
        return ((Number) struct.get(idField)).intValue();
    }

    private static JsonConverter jsonConverter(Map<String, String> config) {
        JsonConverter converter = new JsonConverter();
        converter.configure(config, false);
        return converter;
    }

    /** Structs of the task's schema, or maps that keep their order, so that what is written can be compared. */
    private static List<SchemaAndValue> values(JsonNode task, List<String> lines) throws IOException {
        List<SchemaAndValue> values = new ArrayList<>();
        JsonConverter converter = jsonConverter(Map.of("schema.content", task.get("schema").asText()));
        boolean structs = task.get("structs").asBoolean();
        for (String line : lines) {
            values.add(structs ? converter.toConnectData("t", line.getBytes(StandardCharsets.UTF_8)) : new SchemaAndValue(null, mapOf(JSON.readTree(line))));
        }
        return values;
    }

    /** The documents here are flat. */
    private static Map<String, Object> mapOf(JsonNode document) {
        Map<String, Object> map = new LinkedHashMap<>();
        document.fields().forEachRemaining(member -> {
            JsonNode node = member.getValue();
            map.put(member.getKey(), node.isNull() ? null : node.isTextual() ? node.asText() : node.isBoolean() ? node.asBoolean() : node.isDouble() ? (Object) node.asDouble() : node.asLong());
        });
        return map;
    }

    private static Work jsonReader(JsonNode task, List<String> lines) {
        boolean envelope = task.get("envelope").asBoolean();
        JsonConverter converter = jsonConverter(Map.of("schemas.enable", String.valueOf(envelope)));
        String before = envelope ? "{\"schema\":" + task.get("schema").asText() + ",\"payload\":" : "";
        byte[][] documents = new byte[count][];
        for (int i = 0; i < count; i++) documents[i] = (before + lines.get(i) + (envelope ? "}" : "")).getBytes(StandardCharsets.UTF_8);
        return index -> converter.toConnectData("t", documents[index]).value();
    }

    private static Work jsonWriter(JsonNode task, List<String> lines) throws IOException {
        JsonConverter converter = jsonConverter(Map.of("schemas.enable", task.get("envelope").asText()));
        List<SchemaAndValue> values = values(task, lines);
        Schema schema = values.get(0).schema();
        return index -> converter.fromConnectData("t", schema, values.get(index).value());
    }

    private static AvroData avroData() {
        return new AvroData(new AvroDataConfig(Map.of()));
    }

    /** As Confluent's KafkaAvroSerializer goes about it. */
    private static Work avroWriter(JsonNode task, List<String> lines) throws IOException {
        List<SchemaAndValue> values = values(task, lines);
        Schema schema = values.get(0).schema();
        AvroData data = avroData();
        GenericDatumWriter<Object> writer = new GenericDatumWriter<>(data.fromConnectSchema(schema));
        return index -> {
            Object datum = data.fromConnectData(schema, values.get(index).value());
            ByteArrayOutputStream target = new ByteArrayOutputStream();
            target.write(0);
            target.write(ByteBuffer.allocate(4).putInt(1).array());
            BinaryEncoder encoder = EncoderFactory.get().directBinaryEncoder(target, null);
            writer.write(datum, encoder);
            encoder.flush();
            return target.toByteArray();
        };
    }

    /** As Confluent's KafkaAvroDeserializer does. */
    private static Work avroReader(JsonNode task, List<String> lines) throws Exception {
        Work writer = avroWriter(task, lines);
        byte[][] documents = new byte[count][];
        for (int i = 0; i < count; i++) documents[i] = (byte[]) writer.apply(i);
        AvroData data = avroData();
        org.apache.avro.Schema avro = data.fromConnectSchema(values(task, lines.subList(0, 1)).get(0).schema());
        GenericDatumReader<Object> reader = new GenericDatumReader<>(avro);
        return index -> {
            byte[] bytes = documents[index];
            Object datum = reader.read(null, DecoderFactory.get().binaryDecoder(bytes, PREFIX, bytes.length - PREFIX, null));
            return data.toConnectData(avro, datum).value();
        };
    }

    @SuppressWarnings("unchecked")
    private static Work transformer(JsonNode task, List<String> lines) throws Exception {
        List<Transformation<SourceRecord>> all = new ArrayList<>();
        for (JsonNode spec : task.get("transforms")) {
            Transformation<SourceRecord> one = (Transformation<SourceRecord>) Class.forName(spec.get("type").asText()).getDeclaredConstructor().newInstance();
            one.configure(Wire.props(spec));
            all.add(one);
        }
        Transformation<SourceRecord>[] chain = all.toArray(new Transformation[0]);
        List<SourceRecord> records = new ArrayList<>();
        for (SchemaAndValue value : values(task, lines)) {
            records.add(new SourceRecord(null, null, "orders", 0, null, null, value.schema(), value.value(), 1_700_000_000_000L));
        }
        return index -> {
            SourceRecord record = records.get(index);
            for (Transformation<SourceRecord> transformation : chain) record = transformation.apply(record);
            return record;
        };
    }

    private static String textOf(Object value) {
        if (value instanceof SourceRecord record) return record.topic() + " " + textOf(record.value());
        if (value instanceof String) return "\"" + value + "\"";
        if (value instanceof Date date) return "@" + date.getTime();
        List<String> members = new ArrayList<>();
        if (value instanceof Struct struct) {
            for (Field field : struct.schema().fields()) members.add(field.name() + "=" + textOf(struct.get(field)));
            return "(" + String.join(",", members) + ")";
        }
        if (!(value instanceof Map<?, ?> map)) return String.valueOf(value);
        map.forEach((name, member) -> members.add(name + "=" + textOf(member)));
        members.sort(null);
        return "{" + String.join(",", members) + "}";
    }
}
