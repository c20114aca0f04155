import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Date;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.connect.data.Field;
import org.apache.kafka.connect.data.Schema;
import org.apache.kafka.connect.data.SchemaBuilder;
import org.apache.kafka.connect.data.Struct;

/** Schemas and values as `wire.ts` writes them: a value is its type and a text, or what it holds. */
final class Wire {
    private static final JsonNodeFactory NODES = JsonNodeFactory.instance;

    private Wire() {}

    /** Maps are read here as ones that keep their order; those that a converter makes are HashMaps. */
    static ObjectNode failure(Throwable error) {
        String message = error.getMessage();
        if (message != null) message = message.replace("LinkedHashMap", "HashMap");
        return NODES.objectNode().put("error", error.getClass().getName()).put("message", message);
    }

    static Map<String, String> props(JsonNode request) {
        Map<String, String> props = new LinkedHashMap<>();
        request.get("props").fields().forEachRemaining(entry -> props.put(entry.getKey(), entry.getValue().isNull() ? null : entry.getValue().asText()));
        return props;
    }

    static Schema decodeSchema(JsonNode node) {
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

    static JsonNode encodeSchema(Schema schema) {
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

    static Object decodeValue(JsonNode node) {
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
                Map<Object, Object> map = new LinkedHashMap<>();
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

    static JsonNode encodeValue(Object value) {
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
