import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.kafka.common.config.ConfigDef;
import org.apache.kafka.connect.transforms.util.NonEmptyListValidator;
import org.apache.kafka.connect.transforms.util.RegexValidator;

/** Makes a ConfigDef of its description, as `test/oracle/arbitrary-definitions.ts` writes it. */
final class Definitions {
    private Definitions() {}

    /** `{keys, embed?: {prefix, group, start}}`. */
    static ConfigDef read(JsonNode description) {
        ConfigDef def = new ConfigDef();
        for (JsonNode key : description.get("keys")) define(def, key);
        JsonNode embed = description.get("embed");
        if (embed == null) return def;
        ConfigDef outer = new ConfigDef();
        outer.embed(embed.get("prefix").asText(), embed.get("group").asText(), embed.get("start").asInt(), def);
        return outer;
    }

    private static void define(ConfigDef def, JsonNode key) {
        String name = key.get("name").asText();
        ConfigDef.Type type = ConfigDef.Type.valueOf(key.get("type").asText());
        Object defaultValue = key.has("default") ? raw(key.get("default")) : ConfigDef.NO_DEFAULT_VALUE;
        JsonNode group = key.get("group");
        def.define(name, type, defaultValue, validator(key.get("validator")),
            ConfigDef.Importance.valueOf(key.get("importance").asText()), key.get("doc").asText(), group.isNull() ? null : group.asText(),
            key.get("order").asInt(), ConfigDef.Width.valueOf(key.get("width").asText()), key.get("displayName").asText(),
            texts(key.get("dependents")), recommender(key.get("recommender")));
    }

    /** A value as JSON has it. */
    static Object raw(JsonNode node) {
        if (node.isNull()) return null;
        if (node.isBoolean()) return node.booleanValue();
        if (node.isInt()) return node.intValue();
        if (node.isIntegralNumber()) return node.longValue();
        if (node.isNumber()) return node.doubleValue();
        if (node.isArray()) return texts(node);
        return node.asText();
    }

    private static List<String> texts(JsonNode nodes) {
        List<String> texts = new ArrayList<>();
        nodes.forEach(node -> texts.add(node.asText()));
        return texts;
    }

    private static ConfigDef.Validator validator(JsonNode node) {
        if (node == null || node.isNull()) return null;
        String[] values = node.has("values") ? texts(node.get("values")).toArray(new String[0]) : new String[0];
        return switch (node.get("kind").asText()) {
            case "atLeast" -> ConfigDef.Range.atLeast(node.get("min").asInt());
            case "between" -> ConfigDef.Range.between(node.get("min").asInt(), node.get("max").asInt());
            case "oneOf" -> ConfigDef.ValidString.in(values);
            case "oneOfIgnoringCase" -> ConfigDef.CaseInsensitiveValidString.in(values);
            case "eachOf" -> ConfigDef.ValidList.in(values);
            case "distinctValues" -> ConfigDef.ValidList.anyNonDuplicateValues(node.get("empty").asBoolean(), node.get("null").asBoolean());
            case "atMostElements" -> ConfigDef.ListSize.atMostOfSize(node.get("max").asInt());
            case "nonEmptyList" -> new NonEmptyListValidator();
            case "nonEmptyString" -> new ConfigDef.NonEmptyString();
            case "nonNull" -> new ConfigDef.NonNullValidator();
            case "nonEmptyStringWithoutControlChars" -> new ConfigDef.NonEmptyStringWithoutControlChars();
            case "validRegex" -> new RegexValidator();
            case "allOf" -> {
                List<ConfigDef.Validator> parts = new ArrayList<>();
                node.get("of").forEach(part -> parts.add(validator(part)));
                yield ConfigDef.CompositeValidator.of(parts.toArray(new ConfigDef.Validator[0]));
            }
            default -> throw new IllegalArgumentException("unknown validator");
        };
    }

    private static ConfigDef.Recommender recommender(JsonNode node) {
        if (node == null || node.isNull()) return null;
        List<Object> values = new ArrayList<>();
        node.get("values").forEach(value -> values.add(value.asText()));
        String key = node.get("key").asText();
        return new ConfigDef.Recommender() {
            @Override
            public List<Object> validValues(String name, Map<String, Object> parsed) {
                return new ArrayList<>(values);
            }

            @Override
            public boolean visible(String name, Map<String, Object> parsed) {
                return parsed.get(key) != null;
            }
        };
    }
}
