import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.jayway.jsonpath.Configuration;
import com.jayway.jsonpath.InvalidPathException;
import com.jayway.jsonpath.JsonPath;
import com.jayway.jsonpath.PathNotFoundException;
import com.jayway.jsonpath.spi.json.JacksonJsonProvider;
import com.jayway.jsonpath.spi.mapper.JacksonMappingProvider;
import java.util.List;

/** Transformations of others than Kafka, asked as Kafka's are; and what a JSON path finds in a map. */
public final class OtherTransformsOracle {
    private static final Configuration PATHS = Configuration.builder()
        .jsonProvider(new JacksonJsonProvider())
        .mappingProvider(new JacksonMappingProvider())
        .build();

    public static void main(String[] args) throws Exception {
        Pipe.serve(request -> request.get("op").asText().equals("path") ? paths(request) : TransformOracle.answer(request));
    }

    private static JsonNode paths(JsonNode request) {
        JsonPath path = JsonPath.compile(request.get("path").asText());
        ArrayNode results = JsonNodeFactory.instance.arrayNode();
        for (JsonNode value : request.get("values")) results.add(found(path, Wire.decodeValue(value)));
        return JsonNodeFactory.instance.objectNode().set("results", results);
    }

    private static String found(JsonPath path, Object value) {
        try {
            Object result = path.read(value, PATHS);
            if (path.isDefinite()) return result == null ? "missing" : "found";
            return ((List<?>) result).isEmpty() ? "nothing" : "found";
        } catch (PathNotFoundException error) {
            return "missing";
        } catch (InvalidPathException error) {
            return error.getMessage().contains("primitives") ? "missing" : error.getMessage();
        }
    }
}
