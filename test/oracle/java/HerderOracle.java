import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import javax.tools.ToolProvider;
import org.apache.kafka.common.utils.Time;
import org.apache.kafka.connect.connector.policy.ConnectorClientConfigOverridePolicy;
import org.apache.kafka.connect.runtime.Worker;
import org.apache.kafka.connect.runtime.isolation.PluginUtils;
import org.apache.kafka.connect.runtime.isolation.Plugins;
import org.apache.kafka.connect.runtime.rest.entities.ConfigInfos;
import org.apache.kafka.connect.runtime.standalone.StandaloneConfig;
import org.apache.kafka.connect.runtime.standalone.StandaloneHerder;
import org.apache.kafka.connect.storage.MemoryOffsetBackingStore;
import org.apache.kafka.connect.util.FutureCallback;

/** The herder of Java's worker, which is asked and never started; of {@link gadgets.Gadgets} it has several versions. */
final class HerderOracle {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final Map<String, Plugins> PLUGINS = new HashMap<>();

    private final Plugins plugins;
    private final StandaloneHerder herder;

    private HerderOracle(Plugins plugins, StandaloneHerder herder) {
        this.plugins = plugins;
        this.herder = herder;
    }

    /** `{worker: its properties, pluginPath, gadgets: a source file, versions}`. */
    static HerderOracle open(JsonNode request) throws Exception {
        String pluginPath = request.get("pluginPath").asText();
        Map<String, String> props = ConfigOracle.strings(request.get("worker"));
        props.put("plugin.discovery", "service_load");
        Plugins plugins = PLUGINS.get(pluginPath);
        if (plugins == null) {
            props.put("plugin.path", pluginPath + "," + gadgets(request));
            plugins = new Plugins(props);
            PLUGINS.put(pluginPath, plugins);
        }
        plugins.compareAndSwapWithDelegatingLoader();
        StandaloneConfig config = new StandaloneConfig(props) {
            @Override
            public String kafkaClusterId() {
                return "cluster";
            }
        };
        ConnectorClientConfigOverridePolicy policy = plugins.newPlugin(
            config.getString("connector.client.config.override.policy"), config, ConnectorClientConfigOverridePolicy.class);
        Worker worker = new Worker("worker", Time.SYSTEM, plugins, config, new MemoryOffsetBackingStore() {
            @Override
            public java.util.Set<Map<String, Object>> connectorPartitions(String connector) {
                return java.util.Set.of();
            }
        }, policy);
        return new HerderOracle(plugins, new StandaloneHerder(worker, "cluster", policy));
    }

    /** Compiles the plugins once, and lays them out once a version. */
    private static Path gadgets(JsonNode request) throws Exception {
        Path root = Files.createTempDirectory("gadgets");
        Runtime.getRuntime().addShutdownHook(new Thread(() -> remove(root)));
        Path classes = Files.createDirectory(root.resolve("classes"));
        Path path = Files.createDirectory(root.resolve("path"));
        int outcome = ToolProvider.getSystemJavaCompiler().run(null, null, null,
            "-d", classes.toString(), "-cp", System.getProperty("java.class.path"), request.get("gadgets").asText());
        if (outcome != 0) throw new IllegalStateException("The gadgets do not compile.");
        for (JsonNode version : request.get("versions")) lay(classes, path.resolve("v" + version.asText()), version.asText());
        return path;
    }

    private static final Map<String, String> SERVICES = Map.of(
        "sink.SinkConnector", "GadgetSinkConnector",
        "source.SourceConnector", "GadgetSourceConnector",
        "storage.Converter", "GadgetConverter",
        "storage.HeaderConverter", "GadgetHeaderConverter",
        "transforms.Transformation", "GadgetTransformation",
        "transforms.predicates.Predicate", "GadgetPredicate");

    private static void lay(Path classes, Path target, String version) throws IOException {
        Files.createDirectories(target.resolve("gadgets"));
        try (Stream<Path> files = Files.list(classes.resolve("gadgets"))) {
            for (Path file : (Iterable<Path>) files::iterator) Files.copy(file, target.resolve("gadgets").resolve(file.getFileName()));
        }
        Files.writeString(target.resolve("version.txt"), version, StandardCharsets.UTF_8);
        Path services = Files.createDirectories(target.resolve("META-INF").resolve("services"));
        for (Map.Entry<String, String> service : SERVICES.entrySet()) {
            Files.writeString(services.resolve("org.apache.kafka.connect." + service.getKey()), "gadgets.Gadgets$" + service.getValue());
        }
    }

    private static void remove(Path root) {
        try (Stream<Path> all = Files.walk(root)) {
            all.sorted(Comparator.reverseOrder()).forEach(path -> path.toFile().delete());
        } catch (IOException ignored) {
            // What is left is in the folder for temporary files.
        }
    }

    JsonNode validated(JsonNode question) throws Exception {
        FutureCallback<ConfigInfos> done = new FutureCallback<>();
        herder.validateConnectorConfig(ConfigOracle.props(question), done);
        try {
            return JSON.valueToTree(done.get(20, TimeUnit.SECONDS));
        } catch (java.util.concurrent.ExecutionException error) {
            return Wire.failure(error.getCause());
        }
    }

    JsonNode pluginConfig(JsonNode question) throws Exception {
        JsonNode version = question.get("version");
        return JSON.valueToTree(herder.connectorPluginConfig(
            question.get("name").asText(), PluginUtils.connectorVersionRequirement(version.isNull() ? null : version.asText())));
    }

    /** Names and versions of all that is called like `question`. */
    JsonNode plugins(JsonNode question) {
        List<List<String>> found = new ArrayList<>();
        plugins.connectors().forEach(plugin -> found.add(List.of(plugin.className(), plugin.version())));
        plugins.converters().forEach(plugin -> found.add(List.of(plugin.className(), plugin.version())));
        plugins.transformations().forEach(plugin -> found.add(List.of(plugin.className(), plugin.version())));
        found.removeIf(plugin -> !plugin.get(0).startsWith(question.asText()));
        return JSON.valueToTree(found);
    }
}
