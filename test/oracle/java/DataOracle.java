import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Base64;
import java.util.HashMap;
import java.util.Map;
import org.apache.kafka.connect.data.ConnectSchema;
import org.apache.kafka.connect.data.Schema;
import org.apache.kafka.connect.data.SchemaAndValue;
import org.apache.kafka.connect.data.SchemaProjector;
import org.apache.kafka.connect.data.Values;
import org.apache.kafka.connect.header.ConnectHeaders;
import org.apache.kafka.connect.header.Header;
import org.apache.kafka.connect.storage.Converter;
import org.apache.kafka.connect.storage.ConverterType;
import org.apache.kafka.connect.storage.HeaderConverter;

/** Kafka's data classes and converters; each request holds several questions, answered one by one. */
public final class DataOracle {
    private static final JsonNodeFactory NODES = JsonNodeFactory.instance;

    public static void main(String[] args) throws Exception {
        Pipe.serve(DataOracle::answer);
    }

    private interface Question {
        JsonNode answer(JsonNode question) throws Exception;
    }

    private static JsonNode answer(JsonNode request) throws Exception {
        Question asked = switch (request.get("op").asText()) {
            case "parse" -> question -> both(Values.parseString(text(question.get("text"))));
            case "convert" -> question -> converted(request.get("to").asText(), question);
            case "validate" -> DataOracle::validated;
            case "project" -> DataOracle::projected;
            case "headers" -> DataOracle::headers;
            case "write" -> writer(request);
            case "read" -> reader(request);
            default -> throw new IllegalArgumentException("unknown op");
        };
        ArrayNode results = NODES.arrayNode();
        for (JsonNode question : request.get("questions")) {
            try {
                results.add(asked.answer(question));
            } catch (Throwable error) {
                results.add(Wire.failure(error));
            }
        }
        return NODES.objectNode().set("results", results);
    }

    private static JsonNode both(SchemaAndValue found) {
        if (found == null) return both(SchemaAndValue.NULL);
        return NODES.objectNode().<ObjectNode>set("schema", Wire.encodeSchema(found.schema())).set("value", Wire.encodeValue(found.value()));
    }

    private static JsonNode converted(String type, JsonNode question) {
        Schema schema = Wire.decodeSchema(question.get("schema"));
        Object value = Wire.decodeValue(question.get("value"));
        return Wire.encodeValue(switch (type) {
            case "Boolean" -> Values.convertToBoolean(schema, value);
            case "Byte" -> Values.convertToByte(schema, value);
            case "Short" -> Values.convertToShort(schema, value);
            case "Integer" -> Values.convertToInteger(schema, value);
            case "Long" -> Values.convertToLong(schema, value);
            case "Float" -> Values.convertToFloat(schema, value);
            case "Double" -> Values.convertToDouble(schema, value);
            case "String" -> Values.convertToString(schema, value);
            case "List" -> Values.convertToList(schema, value);
            case "Map" -> Values.convertToMap(schema, value);
            case "Struct" -> Values.convertToStruct(schema, value);
            case "Date" -> Values.convertToDate(schema, value);
            case "Time" -> Values.convertToTime(schema, value);
            case "Timestamp" -> Values.convertToTimestamp(schema, value);
            case "Decimal" -> Values.convertToDecimal(schema, value, 2);
            default -> throw new IllegalArgumentException("unknown type");
        });
    }

    private static JsonNode validated(JsonNode question) {
        ConnectSchema.validateValue(Wire.decodeSchema(question.get("schema")), Wire.decodeValue(question.get("value")));
        return NODES.nullNode();
    }

    private static JsonNode projected(JsonNode question) {
        Schema source = Wire.decodeSchema(question.get("schema"));
        Object value = Wire.decodeValue(question.get("value"));
        return Wire.encodeValue(SchemaProjector.project(source, value, Wire.decodeSchema(question.get("target"))));
    }

    private static JsonNode headers(JsonNode question) {
        ConnectHeaders headers = new ConnectHeaders();
        for (JsonNode step : question.get("steps")) {
            String key = step.path("key").textValue();
            switch (step.get("do").asText()) {
                case "add" -> headers.add(key, Wire.decodeValue(step.get("value")), Wire.decodeSchema(step.get("schema")));
                case "remove" -> headers.remove(key);
                case "retainLatest" -> headers.retainLatest(key);
                case "retainLatestOfEach" -> headers.retainLatest();
                case "clear" -> headers.clear();
                default -> throw new IllegalArgumentException("unknown step");
            }
        }
        ArrayNode kept = NODES.arrayNode();
        for (Header header : headers) {
            kept.add(NODES.arrayNode().add(header.key()).add(Wire.encodeSchema(header.schema())).add(Wire.encodeValue(header.value())));
        }
        return kept;
    }

    private static Object configured(JsonNode request) throws Exception {
        Object converter = Class.forName(request.get("class").asText()).getDeclaredConstructor().newInstance();
        Map<String, String> props = Wire.props(request);
        if (converter instanceof HeaderConverter header && !(converter instanceof Converter)) {
            Map<String, Object> all = new HashMap<>(props);
            all.put("converter.type", ConverterType.HEADER.getName());
            header.configure(all);
        } else {
            ((Converter) converter).configure(props, request.get("key").asBoolean());
        }
        return converter;
    }

    private static Question writer(JsonNode request) throws Exception {
        Object converter = configured(request);
        return question -> {
            Schema schema = Wire.decodeSchema(question.get("schema"));
            Object value = Wire.decodeValue(question.get("value"));
            byte[] bytes = converter instanceof Converter plain
                ? plain.fromConnectData("t", schema, value)
                : ((HeaderConverter) converter).fromConnectHeader("t", "h", schema, value);
            return bytes == null ? NODES.nullNode() : NODES.textNode(Base64.getEncoder().encodeToString(bytes));
        };
    }

    private static Question reader(JsonNode request) throws Exception {
        Object converter = configured(request);
        return question -> {
            JsonNode given = question.get("bytes");
            byte[] bytes = given.isNull() ? null : Base64.getDecoder().decode(given.asText());
            return both(converter instanceof Converter plain
                ? plain.toConnectData("t", bytes)
                : ((HeaderConverter) converter).toConnectHeader("t", "h", bytes));
        };
    }

    private static String text(JsonNode node) {
        return node.isNull() ? null : node.asText();
    }
}
