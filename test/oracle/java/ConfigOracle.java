import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import org.apache.kafka.common.config.ConfigDef;
import org.apache.kafka.common.config.ConfigTransformer;
import org.apache.kafka.common.config.ConfigValue;
import org.apache.kafka.common.config.provider.ConfigProvider;
import org.apache.kafka.common.config.provider.DirectoryConfigProvider;
import org.apache.kafka.common.config.provider.EnvVarConfigProvider;
import org.apache.kafka.common.config.provider.FileConfigProvider;
import org.apache.kafka.connect.runtime.isolation.PluginUtils;
import org.apache.maven.artifact.versioning.DefaultArtifactVersion;
import org.apache.maven.artifact.versioning.VersionRange;

/** Kafka's ConfigDef, its config providers, its plugin versions, and a herder's validation; several questions a request. */
public final class ConfigOracle {
    private static final JsonNodeFactory NODES = JsonNodeFactory.instance;
    private static final Map<String, HerderOracle> HERDERS = new HashMap<>();

    public static void main(String[] args) throws Exception {
        Pipe.serve(ConfigOracle::answer);
    }

    private interface Question {
        JsonNode answer(JsonNode question) throws Exception;
    }

    private static JsonNode answer(JsonNode request) throws Exception {
        Question asked = switch (request.get("op").asText()) {
            case "parseType" -> ConfigOracle::parsedType;
            case "define" -> defined(request);
            case "keys" -> question -> keysOf(Definitions.read(question));
            case "transform" -> transformer(request);
            case "range" -> ConfigOracle::range;
            case "order" -> ConfigOracle::order;
            case "connector" -> herder(request)::validated;
            case "pluginConfig" -> herder(request)::pluginConfig;
            case "plugins" -> herder(request)::plugins;
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

    private static JsonNode parsedType(JsonNode question) {
        ConfigDef.Type type = ConfigDef.Type.valueOf(question.get("type").asText());
        return text(ConfigDef.convertToString(ConfigDef.parseType("cfg", Definitions.raw(question.get("value")), type), type));
    }

    private static JsonNode text(String text) {
        return text == null ? NODES.nullNode() : NODES.textNode(text);
    }

    /** What `parse` and `validate` say of properties. */
    private static Question defined(JsonNode request) {
        ConfigDef def;
        try {
            def = Definitions.read(request);
        } catch (Exception error) {
            return question -> Wire.failure(error);
        }
        return question -> {
            Map<String, String> props = props(question);
            ObjectNode answer = NODES.objectNode();
            try {
                ObjectNode parsed = NODES.objectNode();
                def.parse(props).forEach((name, value) -> parsed.set(name, printed(def, name, value)));
                answer.set("parsed", parsed);
            } catch (Exception error) {
                answer.set("parsed", Wire.failure(error));
            }
            ObjectNode validated = NODES.objectNode();
            for (ConfigValue value : def.validate(props)) validated.set(value.name(), outcome(def, value));
            return answer.set("validated", validated);
        };
    }

    private static JsonNode outcome(ConfigDef def, ConfigValue value) {
        ObjectNode node = NODES.objectNode();
        node.set("value", printed(def, value.name(), value.value()));
        ArrayNode recommended = node.putArray("recommended");
        for (Object each : value.recommendedValues()) recommended.add(each.toString());
        ArrayNode errors = node.putArray("errors");
        value.errorMessages().forEach(errors::add);
        return node.put("visible", value.visible());
    }

    private static JsonNode printed(ConfigDef def, String name, Object value) {
        ConfigDef.ConfigKey key = def.configKeys().get(name);
        return text(ConfigDef.convertToString(value, key == null ? ConfigDef.Type.STRING : key.type));
    }

    private static JsonNode keysOf(ConfigDef def) {
        ArrayNode keys = NODES.arrayNode();
        for (ConfigDef.ConfigKey key : def.configKeys().values()) {
            ObjectNode node = keys.addObject().put("name", key.name).put("type", key.type.name()).put("required", !key.hasDefault());
            node.set("default", key.hasDefault() ? text(ConfigDef.convertToString(key.defaultValue, key.type)) : NODES.nullNode());
            node.set("valid", key.validator == null ? NODES.nullNode() : text(key.validator.toString()));
            node.put("importance", key.importance.name()).put("doc", key.documentation).put("group", key.group);
            node.put("order", key.orderInGroup).put("width", key.width.name()).put("displayName", key.displayName);
            key.dependents.forEach(node.putArray("dependents")::add);
        }
        ObjectNode answer = NODES.objectNode();
        def.groups().forEach(answer.putArray("groups")::add);
        return answer.set("keys", keys);
    }

    private static Question transformer(JsonNode request) {
        Map<String, ConfigProvider> providers = new HashMap<>();
        Map<String, String> environment = strings(request.get("environment"));
        providers.put("file", configured(new FileConfigProvider(), request.get("file")));
        providers.put("dir", configured(new DirectoryConfigProvider(), request.get("dir")));
        providers.put("env", configured(new EnvVarConfigProvider(environment), request.get("env")));
        ConfigTransformer transformer = new ConfigTransformer(providers);
        return question -> new ObjectMapper().valueToTree(transformer.transform(props(question)).data());
    }

    private static ConfigProvider configured(ConfigProvider provider, JsonNode params) {
        provider.configure(strings(params));
        return provider;
    }

    private static JsonNode range(JsonNode question) throws Exception {
        VersionRange range = PluginUtils.connectorVersionRequirement(question.get("range").asText());
        if (range == null) return NODES.nullNode();
        ObjectNode answer = NODES.objectNode().put("text", range.toString());
        ArrayNode includes = answer.putArray("includes");
        for (JsonNode version : question.get("versions")) {
            includes.add(range.containsVersion(new DefaultArtifactVersion(version.asText())));
        }
        return answer;
    }

    private static JsonNode order(JsonNode question) {
        DefaultArtifactVersion left = new DefaultArtifactVersion(question.get(0).asText());
        return NODES.numberNode(Integer.signum(left.compareTo(new DefaultArtifactVersion(question.get(1).asText()))));
    }

    /** One for every configuration of the worker. */
    private static HerderOracle herder(JsonNode request) throws Exception {
        String key = request.get("worker").toString();
        HerderOracle known = HERDERS.get(key);
        if (known == null) HERDERS.put(key, known = HerderOracle.open(request));
        return known;
    }

    static Map<String, String> props(JsonNode node) {
        return strings(node);
    }

    /** In the order given; null stays null. */
    static Map<String, String> strings(JsonNode node) {
        Map<String, String> map = new LinkedHashMap<>();
        node.fields().forEachRemaining(entry -> map.put(entry.getKey(), entry.getValue().isNull() ? null : entry.getValue().asText()));
        return map;
    }
}
