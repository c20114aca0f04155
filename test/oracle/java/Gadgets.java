package gadgets;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import org.apache.kafka.common.config.ConfigDef;
import org.apache.kafka.common.config.ConfigDef.Importance;
import org.apache.kafka.common.config.ConfigDef.Type;
import org.apache.kafka.connect.components.Versioned;
import org.apache.kafka.connect.connector.ConnectRecord;
import org.apache.kafka.connect.connector.Task;
import org.apache.kafka.connect.data.Schema;
import org.apache.kafka.connect.data.SchemaAndValue;
import org.apache.kafka.connect.sink.SinkConnector;
import org.apache.kafka.connect.source.SourceConnector;
import org.apache.kafka.connect.storage.Converter;
import org.apache.kafka.connect.storage.HeaderConverter;
import org.apache.kafka.connect.transforms.Transformation;
import org.apache.kafka.connect.transforms.predicates.Predicate;

/** Plugins that do nothing, whose version is what `version.txt` beside them says; as those of `test/fixtures/gadgets`. */
public final class Gadgets {
    private Gadgets() {}

    private static String ownVersion() {
        try (InputStream in = Gadgets.class.getResourceAsStream("/version.txt")) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    private static ConfigDef keys(String kind) {
        return new ConfigDef()
            .define(kind + ".version", Type.STRING, ownVersion(), Importance.LOW, "The version.")
            .define(kind + ".size", Type.INT, 1, ConfigDef.Range.between(0, 9), Importance.MEDIUM, "The size.")
            .define(kind + ".mode", Type.STRING, "fast", ConfigDef.ValidString.in("fast", "slow"), Importance.HIGH, "The mode.",
                "Modes", 1, ConfigDef.Width.SHORT, "Mode", List.of(kind + ".depth"))
            .define(kind + ".depth", Type.LONG, 0, Importance.LOW, "The depth.", "Modes", 2, ConfigDef.Width.LONG, "Depth",
                new ConfigDef.Recommender() {
                    @Override
                    public List<Object> validValues(String name, Map<String, Object> parsed) {
                        return List.of(1L, 2L);
                    }

                    @Override
                    public boolean visible(String name, Map<String, Object> parsed) {
                        return "slow".equals(parsed.get(kind + ".mode"));
                    }
                })
            .define(kind + ".parts", Type.LIST, "", Importance.LOW, "The parts.")
            .define(kind + ".secret", Type.PASSWORD, null, Importance.LOW, "The secret.")
            .define(kind + ".needed", Type.DOUBLE, Importance.HIGH, "What must be there.");
    }

    public static class GadgetSinkConnector extends SinkConnector {
        @Override public String version() { return ownVersion(); }
        @Override public void start(Map<String, String> props) {}
        @Override public Class<? extends Task> taskClass() { return null; }
        @Override public List<Map<String, String>> taskConfigs(int maxTasks) { return List.of(); }
        @Override public void stop() {}
        @Override public ConfigDef config() { return keys("sink"); }
    }

    public static class GadgetSourceConnector extends SourceConnector {
        @Override public String version() { return ownVersion(); }
        @Override public void start(Map<String, String> props) {}
        @Override public Class<? extends Task> taskClass() { return null; }
        @Override public List<Map<String, String>> taskConfigs(int maxTasks) { return List.of(); }
        @Override public void stop() {}
        @Override public ConfigDef config() { return keys("source"); }
    }

    public static class GadgetConverter implements Converter, Versioned {
        @Override public String version() { return ownVersion(); }
        @Override public void configure(Map<String, ?> configs, boolean isKey) {}
        @Override public byte[] fromConnectData(String topic, Schema schema, Object value) { return null; }
        @Override public SchemaAndValue toConnectData(String topic, byte[] value) { return null; }
        @Override public ConfigDef config() { return keys("converter"); }
    }

    public static class GadgetHeaderConverter implements HeaderConverter, Versioned {
        @Override public String version() { return ownVersion(); }
        @Override public void configure(Map<String, ?> configs) {}
        @Override public byte[] fromConnectHeader(String topic, String key, Schema schema, Object value) { return null; }
        @Override public SchemaAndValue toConnectHeader(String topic, String key, byte[] value) { return null; }
        @Override public ConfigDef config() { return keys("header"); }
        @Override public void close() {}
    }

    public static class GadgetTransformation<R extends ConnectRecord<R>> implements Transformation<R>, Versioned {
        @Override public String version() { return ownVersion(); }
        @Override public void configure(Map<String, ?> configs) {}
        @Override public R apply(R record) { return record; }
        @Override public ConfigDef config() { return keys("transform"); }
        @Override public void close() {}
    }

    public static class GadgetPredicate<R extends ConnectRecord<R>> implements Predicate<R>, Versioned {
        @Override public String version() { return ownVersion(); }
        @Override public void configure(Map<String, ?> configs) {}
        @Override public boolean test(R record) { return true; }
        @Override public ConfigDef config() { return keys("predicate"); }
        @Override public void close() {}
    }
}
