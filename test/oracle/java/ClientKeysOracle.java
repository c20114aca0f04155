import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Duration;
import java.util.Base64;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import org.apache.kafka.clients.admin.AdminClientConfig;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.common.config.ConfigDef;
import org.apache.kafka.common.config.ConfigValue;
import org.apache.kafka.common.errors.ApiException;
import org.apache.kafka.common.errors.InvalidMetadataException;
import org.apache.kafka.common.errors.RetriableException;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.utils.Utils;
import org.apache.kafka.connect.connector.policy.ConnectorClientConfigOverridePolicy;
import org.apache.kafka.connect.connector.policy.ConnectorClientConfigRequest;
import org.apache.kafka.connect.health.ConnectorType;

/**
 * The keys of Kafka's clients behind a pipe: one JSON request a line, one JSON answer a line.
 */
public final class ClientKeysOracle {
    private static final JsonNodeFactory NODES = JsonNodeFactory.instance;

    public static void main(String[] args) throws Exception {
        Pipe.serve(ClientKeysOracle::answer);
    }

    private static JsonNode answer(JsonNode request) throws Exception {
        return switch (request.get("op").asText()) {
            case "keys" -> keys(definition(request.get("client").asText()));
            case "parse" -> parse(request);
            case "open" -> open(request);
            case "policy" -> policy(request);
            case "errors" -> errors();
            case "murmur2" -> murmur2(request);
            default -> throw new IllegalArgumentException("unknown op");
        };
    }

    private static JsonNode murmur2(JsonNode request) {
        ArrayNode hashes = NODES.arrayNode();
        for (JsonNode key : request.get("keys")) hashes.add(Utils.murmur2(Base64.getDecoder().decode(key.asText())));
        return hashes;
    }

    private static ConfigDef definition(String client) {
        return switch (client) {
            case "producer" -> ProducerConfig.configDef();
            case "consumer" -> ConsumerConfig.configDef();
            default -> AdminClientConfig.configDef();
        };
    }

    private static JsonNode keys(ConfigDef definition) {
        ArrayNode all = NODES.arrayNode();
        definition.configKeys().forEach((name, key) -> {
            ObjectNode row = NODES.objectNode().put("name", name).put("type", key.type.name()).put("importance", key.importance.name());
            row.put("hasDefault", key.hasDefault());
            row.put("default", key.hasDefault() ? ConfigDef.convertToString(key.defaultValue, key.type) : null);
            row.put("validValues", key.validator == null ? null : key.validator.toString());
            row.put("internal", key.internalConfig);
            all.add(row);
        });
        return all;
    }

    /** What the definition says of each key given, by name: its messages, none where the value may stand. */
    private static JsonNode parse(JsonNode request) {
        Map<String, String> props = props(request.get("props"));
        ObjectNode results = NODES.objectNode();
        for (ConfigValue value : definition(request.get("client").asText()).validate(props)) {
            if (!props.containsKey(value.name())) continue;
            ArrayNode messages = NODES.arrayNode();
            value.errorMessages().forEach(messages::add);
            results.set(value.name(), messages);
        }
        return results;
    }

    /** Opens a client as it is opened in a worker; null, or why it cannot be. */
    private static JsonNode open(JsonNode request) {
        Map<String, Object> props = new HashMap<>(props(request.get("props")));
        try {
            if (request.get("client").asText().equals("producer")) {
                new KafkaProducer<>(props, new ByteArraySerializer(), new ByteArraySerializer()).close(Duration.ZERO);
            } else {
                new KafkaConsumer<>(props, new ByteArrayDeserializer(), new ByteArrayDeserializer()).close();
            }
            return NODES.nullNode();
        } catch (Throwable error) {
            Throwable cause = error;
            if (cause.getCause() != null && cause.getMessage().startsWith("Failed to construct")) cause = cause.getCause();
            return Wire.failure(cause);
        }
    }

    /** Every error of the protocol: whether a request may be sent again, and whether metadata is then asked for. */
    private static JsonNode errors() {
        ArrayNode all = NODES.arrayNode();
        for (Errors error : Errors.values()) {
            ApiException exception = error.exception();
            all.add(NODES.objectNode().put("code", error.code()).put("name", error.name())
                .put("retriable", exception instanceof RetriableException)
                .put("staleMetadata", exception instanceof InvalidMetadataException));
        }
        return all;
    }

    private static JsonNode policy(JsonNode request) throws Exception {
        Map<String, Object> worker = new HashMap<>(props(request.get("worker")));
        Class<?> type = Class.forName("org.apache.kafka.connect.connector.policy." + request.get("policy").asText());
        try (ConnectorClientConfigOverridePolicy policy = (ConnectorClientConfigOverridePolicy) type.getDeclaredConstructor().newInstance()) {
            policy.configure(worker);
            Map<String, Object> overrides = new LinkedHashMap<>(props(request.get("props")));
            ConnectorClientConfigRequest asked = new ConnectorClientConfigRequest(
                "c", ConnectorType.SOURCE, null, overrides, ConnectorClientConfigRequest.ClientType.PRODUCER);
            ObjectNode results = NODES.objectNode();
            for (ConfigValue value : policy.validate(asked)) {
                ArrayNode messages = NODES.arrayNode();
                value.errorMessages().forEach(messages::add);
                results.set(value.name(), messages);
            }
            return results;
        }
    }

    private static Map<String, String> props(JsonNode given) {
        Map<String, String> props = new LinkedHashMap<>();
        given.fields().forEachRemaining(entry -> props.put(entry.getKey(), entry.getValue().isNull() ? null : entry.getValue().asText()));
        return props;
    }
}
