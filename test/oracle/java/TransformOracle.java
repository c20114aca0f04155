import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.text.ParsePosition;
import java.text.SimpleDateFormat;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Date;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TimeZone;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.kafka.common.config.ConfigDef;
import org.apache.kafka.common.config.ConfigValue;
import org.apache.kafka.common.record.TimestampType;
import org.apache.kafka.connect.connector.ConnectRecord;
import org.apache.kafka.connect.data.Field;
import org.apache.kafka.connect.data.Schema;
import org.apache.kafka.connect.data.SchemaBuilder;
import org.apache.kafka.connect.data.Struct;
import org.apache.kafka.connect.header.ConnectHeaders;
import org.apache.kafka.connect.header.Header;
import org.apache.kafka.connect.sink.SinkRecord;
import org.apache.kafka.connect.source.SourceRecord;
import org.apache.kafka.connect.transforms.Transformation;
import org.apache.kafka.connect.transforms.predicates.Predicate;

/**
 * Kafka's own transformations behind a pipe: one JSON request a line, one JSON answer a line. `oracle.ts` speaks it; values
 * are pairs of a type and a text, as `wire.ts` writes them.
 */
public final class TransformOracle {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final JsonNodeFactory NODES = JsonNodeFactory.instance;

    public static void main(String[] args) throws Exception {
        TimeZone.setDefault(TimeZone.getTimeZone("UTC"));
        Locale.setDefault(Locale.US);
        PrintStream out = new PrintStream(new java.io.FileOutputStream(java.io.FileDescriptor.out), false, StandardCharsets.UTF_8);
        System.setOut(System.err);
        BufferedReader in = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        for (String line = in.readLine(); line != null; line = in.readLine()) {
            out.println(JSON.writeValueAsString(answer(JSON.readTree(line))));
            out.flush();
        }
    }

    private static JsonNode answer(JsonNode request) {
        try {
            return switch (request.get("op").asText()) {
                case "apply" -> apply(request);
                case "test" -> test(request);
                case "validate" -> validate(request);
                case "regex" -> regex(request);
                case "date" -> date(request);
                default -> throw new IllegalArgumentException("unknown op");
            };
        } catch (Throwable error) {
            return failure(error);
        }
    }

    private static ObjectNode failure(Throwable error) {
        return NODES.objectNode().put("error", error.getClass().getName()).put("message", error.getMessage());
    }

    private static Map<String, String> props(JsonNode request) {
        Map<String, String> props = new LinkedHashMap<>();
        request.get("props").fields().forEachRemaining(entry -> props.put(entry.getKey(), entry.getValue().isNull() ? null : entry.getValue().asText()));
        return props;
    }

    private static Object instance(JsonNode request) throws ReflectiveOperationException {
        return Class.forName(request.get("class").asText()).getDeclaredConstructor().newInstance();
    }

    @SuppressWarnings({"unchecked", "rawtypes"})
    private static JsonNode apply(JsonNode request) throws Exception {
        Transformation transformation = (Transformation) instance(request);
        transformation.configure(props(request));
        ArrayNode results = NODES.arrayNode();
        for (JsonNode record : request.get("records")) {
            try {
                results.add(encodeRecord(transformation.apply(decodeRecord(record))));
            } catch (Throwable error) {
                results.add(failure(error));
            }
        }
        return NODES.objectNode().set("results", results);
    }

    @SuppressWarnings({"unchecked", "rawtypes"})
    private static JsonNode test(JsonNode request) throws Exception {
        Predicate predicate = (Predicate) instance(request);
        predicate.configure(props(request));
        ArrayNode results = NODES.arrayNode();
        for (JsonNode record : request.get("records")) results.add(predicate.test(decodeRecord(record)));
        return NODES.objectNode().set("results", results);
    }

    private static JsonNode validate(JsonNode request) throws Exception {
        Object plugin = instance(request);
        ConfigDef definition = plugin instanceof Transformation ? ((Transformation<?>) plugin).config() : ((Predicate<?>) plugin).config();
        ObjectNode results = NODES.objectNode();
        for (ConfigValue value : definition.validate(props(request))) {
            ArrayNode messages = NODES.arrayNode();
            value.errorMessages().forEach(messages::add);
            results.set(value.name(), messages);
        }
        return NODES.objectNode().set("results", results);
    }

    private static JsonNode regex(JsonNode request) {
        Pattern pattern = Pattern.compile(request.get("pattern").asText());
        JsonNode replacement = request.get("replacement");
        ArrayNode results = NODES.arrayNode();
        for (JsonNode text : request.get("texts")) {
            Matcher matcher = pattern.matcher(text.asText());
            ObjectNode result = NODES.objectNode().put("matches", matcher.matches());
            matcher.reset();
            result.put("find", matcher.find());
            if (replacement != null) {
                try {
                    result.put("replaced", pattern.matcher(text.asText()).replaceFirst(replacement.asText()));
                } catch (RuntimeException error) {
                    result.set("replaced", failure(error));
                }
            }
            results.add(result);
        }
        return NODES.objectNode().set("results", results);
    }

    private static JsonNode date(JsonNode request) {
        SimpleDateFormat format = new SimpleDateFormat(request.get("pattern").asText());
        format.setTimeZone(TimeZone.getTimeZone("UTC"));
        ArrayNode results = NODES.arrayNode();
        for (JsonNode input : request.get("inputs")) {
            // A parse may leave its time zone behind; here every input is on its own, and `then` says what stays.
            if (input.has("ms")) {
                results.add(format.format(new Date(Long.parseLong(input.get("ms").asText()))));
            } else {
                Date parsed = format.parse(input.get("text").asText(), new ParsePosition(0));
                if (parsed == null) results.addNull();
                else results.add(Long.toString(parsed.getTime()));
            }
            if (!request.has("keep")) format.setTimeZone(TimeZone.getTimeZone("UTC"));
        }
        return NODES.objectNode().set("results", results);
    }

    private static ConnectRecord<?> decodeRecord(JsonNode node) {
        Schema keySchema = decodeSchema(node.get("keySchema"));
        Schema valueSchema = decodeSchema(node.get("valueSchema"));
        Object key = decodeValue(node.get("key"));
        Object value = decodeValue(node.get("value"));
        Long timestamp = node.get("timestamp").isNull() ? null : node.get("timestamp").asLong();
        Integer partition = node.get("partition").isNull() ? null : node.get("partition").asInt();
        String topic = node.get("topic").asText();
        ConnectHeaders headers = new ConnectHeaders();
        for (JsonNode header : node.get("headers")) {
            headers.add(header.get(0).asText(), decodeValue(header.get(2)), decodeSchema(header.get(1)));
        }
        if (node.get("offset").isNull()) {
            return new SourceRecord(Map.of(), Map.of(), topic, partition, keySchema, key, valueSchema, value, timestamp, headers);
        }
        return new SinkRecord(topic, partition, keySchema, key, valueSchema, value, node.get("offset").asLong(), timestamp, TimestampType.CREATE_TIME, headers);
    }

    private static JsonNode encodeRecord(ConnectRecord<?> record) {
        if (record == null) return NODES.nullNode();
        ObjectNode node = NODES.objectNode().put("topic", record.topic());
        node.put("partition", record.kafkaPartition());
        node.set("keySchema", encodeSchema(record.keySchema()));
        node.set("key", encodeValue(record.key()));
        node.set("valueSchema", encodeSchema(record.valueSchema()));
        node.set("value", encodeValue(record.value()));
        node.put("timestamp", record.timestamp());
        ArrayNode headers = node.putArray("headers");
        for (Header header : record.headers()) {
            headers.add(NODES.arrayNode().add(header.key()).add(encodeSchema(header.schema())).add(encodeValue(header.value())));
        }
        node.put("offset", record instanceof SinkRecord ? (Long) ((SinkRecord) record).kafkaOffset() : null);
        return node;
    }

    private static Schema decodeSchema(JsonNode node) {
        if (node == null || node.isNull()) return null;
        Schema.Type type = Schema.Type.valueOf(node.get("type").asText());
        SchemaBuilder builder = switch (type) {
            case ARRAY -> SchemaBuilder.array(decodeSchema(node.get("value")));
            case MAP -> SchemaBuilder.map(decodeSchema(node.get("key")), decodeSchema(node.get("value")));
            default -> new SchemaBuilder(type);
        };
        if (node.get("optional").asBoolean()) builder.optional();
        if (!node.get("name").isNull()) builder.name(node.get("name").asText());
        if (!node.get("version").isNull()) builder.version(node.get("version").asInt());
        if (!node.get("doc").isNull()) builder.doc(node.get("doc").asText());
        for (JsonNode parameter : node.get("parameters")) builder.parameter(parameter.get(0).asText(), parameter.get(1).asText());
        if (type == Schema.Type.STRUCT) {
            for (JsonNode field : node.get("fields")) builder.field(field.get(0).asText(), decodeSchema(field.get(1)));
        }
        if (!node.get("default").isNull()) builder.defaultValue(decodeValue(node.get("default")));
        return builder.build();
    }

    private static JsonNode encodeSchema(Schema schema) {
        if (schema == null) return NODES.nullNode();
        ObjectNode node = NODES.objectNode().put("type", schema.type().name()).put("optional", schema.isOptional());
        node.put("name", schema.name()).put("version", schema.version()).put("doc", schema.doc());
        ArrayNode parameters = node.putArray("parameters");
        if (schema.parameters() != null) schema.parameters().forEach((key, value) -> parameters.add(NODES.arrayNode().add(key).add(value)));
        node.set("default", encodeValue(schema.defaultValue()));
        if (schema.type() == Schema.Type.STRUCT) {
            ArrayNode fields = node.putArray("fields");
            for (Field field : schema.fields()) fields.add(NODES.arrayNode().add(field.name()).add(encodeSchema(field.schema())));
        }
        if (schema.type() == Schema.Type.MAP) node.set("key", encodeSchema(schema.keySchema()));
        if (schema.type() == Schema.Type.MAP || schema.type() == Schema.Type.ARRAY) node.set("value", encodeSchema(schema.valueSchema()));
        return node;
    }

    private static Object decodeValue(JsonNode node) {
        if (node == null || node.isNull()) return null;
        JsonNode payload = node.get(1);
        String text = payload.asText();
        switch (node.get(0).asText()) {
            case "INT8": return Byte.valueOf(text);
            case "INT16": return Short.valueOf(text);
            case "INT32": return Integer.valueOf(text);
            case "INT64": return Long.valueOf(text);
            case "FLOAT32": return Float.valueOf(text);
            case "FLOAT64": return Double.valueOf(text);
            case "BOOLEAN": return Boolean.valueOf(text);
            case "STRING": return text;
            case "BYTES": return Base64.getDecoder().decode(text);
            case "Date": return new Date(Long.parseLong(text));
            case "BigInteger": return new BigInteger(text);
            case "BigDecimal": return new BigDecimal(new BigInteger(text), node.get(2).asInt());
            case "ARRAY":
                List<Object> list = new ArrayList<>();
                for (JsonNode element : payload) list.add(decodeValue(element));
                return list;
            case "MAP":
                Map<Object, Object> map = new HashMap<>();
                for (JsonNode entry : payload) map.put(decodeValue(entry.get(0)), decodeValue(entry.get(1)));
                return map;
            case "STRUCT":
                Struct struct = new Struct(decodeSchema(payload));
                int index = 0;
                for (JsonNode value : node.get(2)) {
                    Field field = struct.schema().fields().get(index++);
                    if (!value.isNull()) struct.put(field, decodeValue(value));
                }
                return struct;
            default: throw new IllegalArgumentException("unknown value " + node);
        }
    }

    private static JsonNode encodeValue(Object value) {
        if (value == null) return NODES.nullNode();
        if (value instanceof Byte) return pair("INT8", value.toString());
        if (value instanceof Short) return pair("INT16", value.toString());
        if (value instanceof Integer) return pair("INT32", value.toString());
        if (value instanceof Long) return pair("INT64", value.toString());
        if (value instanceof Float) return pair("FLOAT32", value.toString());
        if (value instanceof Double) return pair("FLOAT64", value.toString());
        if (value instanceof Boolean) return pair("BOOLEAN", value.toString());
        if (value instanceof String) return pair("STRING", (String) value);
        if (value instanceof byte[]) return pair("BYTES", Base64.getEncoder().encodeToString((byte[]) value));
        if (value instanceof ByteBuffer) return pair("BYTES", Base64.getEncoder().encodeToString(((ByteBuffer) value).array()));
        if (value instanceof Date) return pair("Date", Long.toString(((Date) value).getTime()));
        if (value instanceof BigInteger) return pair("BigInteger", value.toString());
        if (value instanceof BigDecimal) {
            BigDecimal decimal = (BigDecimal) value;
            return pair("BigDecimal", decimal.unscaledValue().toString()).add(decimal.scale());
        }
        if (value instanceof Struct) {
            Struct struct = (Struct) value;
            ArrayNode values = NODES.arrayNode();
            for (Field field : struct.schema().fields()) values.add(encodeValue(struct.getWithoutDefault(field.name())));
            return NODES.arrayNode().add("STRUCT").add(encodeSchema(struct.schema())).add(values);
        }
        return encodeContainer(value);
    }

    private static JsonNode encodeContainer(Object value) {
        ArrayNode elements = NODES.arrayNode();
        if (value instanceof List) {
            for (Object element : (List<?>) value) elements.add(encodeValue(element));
            return NODES.arrayNode().add("ARRAY").add(elements);
        }
        for (Map.Entry<?, ?> entry : ((Map<?, ?>) value).entrySet()) {
            elements.add(NODES.arrayNode().add(encodeValue(entry.getKey())).add(encodeValue(entry.getValue())));
        }
        return NODES.arrayNode().add("MAP").add(elements);
    }

    private static ArrayNode pair(String type, String text) {
        return NODES.arrayNode().add(type).add(text);
    }
}
