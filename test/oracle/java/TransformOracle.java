import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.text.ParsePosition;
import java.text.SimpleDateFormat;
import java.util.Date;
import java.util.Map;
import java.util.TimeZone;
import org.apache.kafka.common.config.ConfigDef;
import org.apache.kafka.common.config.ConfigValue;
import org.apache.kafka.common.record.TimestampType;
import org.apache.kafka.connect.connector.ConnectRecord;
import org.apache.kafka.connect.data.Schema;
import org.apache.kafka.connect.header.ConnectHeaders;
import org.apache.kafka.connect.header.Header;
import org.apache.kafka.connect.sink.SinkRecord;
import org.apache.kafka.connect.source.SourceRecord;
import org.apache.kafka.connect.transforms.Transformation;
import org.apache.kafka.connect.transforms.predicates.Predicate;

/** Kafka's own transformations and predicates; values are pairs of a type and a text, as `Wire` reads them. */
public final class TransformOracle {
    private static final JsonNodeFactory NODES = JsonNodeFactory.instance;

    public static void main(String[] args) throws Exception {
        Pipe.serve(TransformOracle::answer);
    }

    static JsonNode answer(JsonNode request) throws Exception {
        return switch (request.get("op").asText()) {
            case "apply" -> apply(request);
            case "test" -> test(request);
            case "validate" -> validate(request);
            case "keys" -> keys(request);
            case "date" -> date(request);
            default -> throw new IllegalArgumentException("unknown op");
        };
    }

    private static Object instance(JsonNode request) throws ReflectiveOperationException {
        return Class.forName(request.get("class").asText()).getDeclaredConstructor().newInstance();
    }

    @SuppressWarnings({"unchecked", "rawtypes"})
    private static JsonNode apply(JsonNode request) throws Exception {
        Transformation transformation = (Transformation) instance(request);
        transformation.configure(Wire.props(request));
        ArrayNode results = NODES.arrayNode();
        for (JsonNode record : request.get("records")) {
            // What an instance remembers of the records before may be no more than a mistake.
            if (request.has("fresh")) {
                transformation = (Transformation) instance(request);
                transformation.configure(Wire.props(request));
            }
            try {
                results.add(encodeRecord(transformation.apply(decodeRecord(record))));
            } catch (Throwable error) {
                results.add(Wire.failure(error));
            }
        }
        return NODES.objectNode().set("results", results);
    }

    @SuppressWarnings({"unchecked", "rawtypes"})
    private static JsonNode test(JsonNode request) throws Exception {
        Predicate predicate = (Predicate) instance(request);
        predicate.configure(Wire.props(request));
        ArrayNode results = NODES.arrayNode();
        for (JsonNode record : request.get("records")) results.add(predicate.test(decodeRecord(record)));
        return NODES.objectNode().set("results", results);
    }

    private static JsonNode validate(JsonNode request) throws Exception {
        Object plugin = instance(request);
        ConfigDef definition = plugin instanceof Transformation ? ((Transformation<?>) plugin).config() : ((Predicate<?>) plugin).config();
        ObjectNode results = NODES.objectNode();
        for (ConfigValue value : definition.validate(Wire.props(request))) {
            ArrayNode messages = NODES.arrayNode();
            value.errorMessages().forEach(messages::add);
            results.set(value.name(), messages);
        }
        return NODES.objectNode().set("results", results);
    }

    /** What there is to configure. */
    private static JsonNode keys(JsonNode request) throws Exception {
        ArrayNode results = NODES.arrayNode();
        for (ConfigDef.ConfigKey key : ((Transformation<?>) instance(request)).config().configKeys().values()) {
            ObjectNode result = NODES.objectNode().put("name", key.name).put("type", key.type.name());
            result.put("required", !key.hasDefault());
            result.put("default", key.hasDefault() ? ConfigDef.convertToString(key.defaultValue, key.type) : null);
            result.put("importance", key.importance.name()).put("documentation", key.documentation);
            result.put("group", key.group).put("order", key.orderInGroup);
            result.put("width", key.width.name()).put("displayName", key.displayName);
            result.put("validator", key.validator == null ? null : key.validator.toString());
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
        Schema keySchema = Wire.decodeSchema(node.get("keySchema"));
        Schema valueSchema = Wire.decodeSchema(node.get("valueSchema"));
        Object key = Wire.decodeValue(node.get("key"));
        Object value = Wire.decodeValue(node.get("value"));
        Long timestamp = node.get("timestamp").isNull() ? null : node.get("timestamp").asLong();
        Integer partition = node.get("partition").isNull() ? null : node.get("partition").asInt();
        String topic = node.get("topic").asText();
        ConnectHeaders headers = new ConnectHeaders();
        for (JsonNode header : node.get("headers")) {
            headers.add(header.get(0).asText(), Wire.decodeValue(header.get(2)), Wire.decodeSchema(header.get(1)));
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
        node.set("keySchema", Wire.encodeSchema(record.keySchema()));
        node.set("key", Wire.encodeValue(record.key()));
        node.set("valueSchema", Wire.encodeSchema(record.valueSchema()));
        node.set("value", Wire.encodeValue(record.value()));
        node.put("timestamp", record.timestamp());
        ArrayNode headers = node.putArray("headers");
        for (Header header : record.headers()) {
            headers.add(NODES.arrayNode().add(header.key()).add(Wire.encodeSchema(header.schema())).add(Wire.encodeValue(header.value())));
        }
        node.put("offset", record instanceof SinkRecord ? (Long) ((SinkRecord) record).kafkaOffset() : null);
        return node;
    }
}
