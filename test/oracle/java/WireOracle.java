import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.LongNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.InputStream;
import java.lang.reflect.Field;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Collection;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.apache.kafka.clients.consumer.ConsumerGroupMetadata;
import org.apache.kafka.clients.consumer.ConsumerPartitionAssignor;
import org.apache.kafka.clients.consumer.ConsumerPartitionAssignor.Assignment;
import org.apache.kafka.clients.consumer.ConsumerPartitionAssignor.Subscription;
import org.apache.kafka.clients.consumer.CooperativeStickyAssignor;
import org.apache.kafka.clients.consumer.StickyAssignor;
import org.apache.kafka.clients.consumer.internals.ConsumerProtocol;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.RetriableException;
import org.apache.kafka.common.message.RequestHeaderData;
import org.apache.kafka.common.message.ResponseHeaderData;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.ByteBufferAccessor;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.protocol.Message;
import org.apache.kafka.common.protocol.MessageUtil;
import org.apache.kafka.common.protocol.types.RawTaggedField;

/**
 * The messages of the protocol as kafka-clients has them: their definitions, and their bytes. One JSON question a line, one
 * JSON answer a line; bytes in Base64; an integer beyond 2^53 as {"$long": "its digits"}.
 */
public final class WireOracle {
    private static final ObjectMapper JSON = new ObjectMapper().enable(JsonParser.Feature.ALLOW_COMMENTS);
    private static final JsonNodeFactory NODES = JsonNodeFactory.instance;

    public static void main(String[] args) throws Exception {
        Pipe.serve(WireOracle::answer);
    }

    private static JsonNode answer(JsonNode request) {
        try {
            return switch (request.get("op").asText()) {
                case "definition" -> definition(request.get("name").asText());
                case "message" -> message(request);
                case "requestHeader" -> requestHeader(request);
                case "responseHeader" -> responseHeader(request);
                case "errors" -> errors();
                case "subscription" -> subscription(request);
                case "assignment" -> assignment(request);
                case "userData" -> userData(request);
                default -> throw new IllegalArgumentException("unknown op");
            };
        } catch (Throwable error) {
            Throwable cause = error.getCause() == null ? error : error.getCause();
            return NODES.objectNode().put("error", cause.toString());
        }
    }

    private static JsonNode definition(String name) throws Exception {
        try (InputStream file = WireOracle.class.getClassLoader().getResourceAsStream("common/message/" + name + ".json")) {
            return JSON.readTree(file);
        }
    }

    /** What Java writes for `json`, with and without tagged fields that nobody knows, and what it reads of `bytes`. */
    private static JsonNode message(JsonNode request) throws Exception {
        short version = (short) request.get("version").asInt();
        Class<?> type = Class.forName("org.apache.kafka.common.message." + request.get("name").asText() + "Data");
        Class<?> converter = Class.forName(type.getName() + "JsonConverter");
        Message written = (Message) converter.getMethod("read", JsonNode.class, short.class).invoke(null, withLongs(request.get("json")), version);
        ObjectNode answer = NODES.objectNode().put("bytes", bytesOf(written, version));
        if (request.has("bytes")) {
            ByteBufferAccessor theirs = new ByteBufferAccessor(ByteBuffer.wrap(Base64.getDecoder().decode(request.get("bytes").asText())));
            Message read = (Message) type.getConstructor().newInstance();
            read.read(theirs, version);
            answer.put("same", read.equals(written)).put("left", theirs.remaining());
        }
        if (request.path("flexible").asBoolean()) {
            tag(written);
            answer.put("tagged", bytesOf(written, version));
        }
        return answer;
    }

    private static String bytesOf(Message message, short version) {
        return encode(MessageUtil.toByteBufferAccessor(message, version).buffer());
    }

    private static String encode(ByteBuffer buffer) {
        byte[] bytes = new byte[buffer.remaining()];
        buffer.duplicate().get(bytes);
        return Base64.getEncoder().encodeToString(bytes);
    }

    /** Tagged fields that no version has, in this message and in all that it holds; what is as nobody set it stays so. */
    private static void tag(Message message) throws Exception {
        message.unknownTaggedFields().add(new RawTaggedField(9998, new byte[0]));
        message.unknownTaggedFields().add(new RawTaggedField(9999, new byte[] {1, 2, 3}));
        for (Field field : message.getClass().getDeclaredFields()) {
            if (java.lang.reflect.Modifier.isStatic(field.getModifiers())) continue;
            field.setAccessible(true);
            Object value = field.get(message);
            if (value instanceof Message inner && !inner.equals(inner.getClass().getConstructor().newInstance())) tag(inner);
            if (value instanceof Collection<?> all) for (Object each : all) if (each instanceof Message inner) tag(inner);
        }
    }

    private static JsonNode requestHeader(JsonNode request) {
        ApiKeys api = ApiKeys.forId(request.get("key").asInt());
        short version = (short) request.get("version").asInt();
        short headerVersion = api.requestHeaderVersion(version);
        RequestHeaderData header = new RequestHeaderData().setRequestApiKey(api.id).setRequestApiVersion(version)
            .setCorrelationId(request.get("id").asInt()).setClientId(request.get("clientId").asText());
        return NODES.objectNode().put("bytes", bytesOf(header, headerVersion));
    }

    /** The header of a response, with tagged fields where its version has any. */
    private static JsonNode responseHeader(JsonNode request) throws Exception {
        ApiKeys api = ApiKeys.forId(request.get("key").asInt());
        short headerVersion = api.responseHeaderVersion((short) request.get("version").asInt());
        ResponseHeaderData header = new ResponseHeaderData().setCorrelationId(request.get("id").asInt());
        if (headerVersion > 0) tag(header);
        return NODES.objectNode().put("bytes", bytesOf(header, headerVersion));
    }

    private static JsonNode errors() {
        ArrayNode all = NODES.arrayNode();
        for (Errors error : Errors.values()) {
            if (error == Errors.NONE) continue;
            all.addObject().put("code", error.code()).put("name", error.name())
                .put("retriable", error.exception() instanceof RetriableException)
                .put("exception", error.exception().getClass().getSimpleName()).put("message", error.message());
        }
        return all;
    }

    /** A subscription as Java writes it in this version, and what Java reads of ours. */
    private static JsonNode subscription(JsonNode request) {
        short version = (short) request.get("version").asInt();
        List<String> topics = new ArrayList<>();
        request.get("topics").forEach(topic -> topics.add(topic.asText()));
        Subscription subscription = new Subscription(topics, buffer(request.get("userData")), partitions(request.get("owned")),
            request.get("generation").asInt(), Optional.ofNullable(request.get("rack").textValue()));
        Subscription read = ConsumerProtocol.deserializeSubscription(buffer(request.get("bytes")));
        ObjectNode answer = NODES.objectNode().put("bytes", encode(ConsumerProtocol.serializeSubscription(subscription, version)));
        ObjectNode seen = answer.putObject("read").put("generation", read.generationId().orElse(-1)).put("rack", read.rackId().orElse(null))
            .put("userData", read.userData() == null ? null : encode(read.userData()));
        ArrayNode names = seen.putArray("topics");
        read.topics().forEach(names::add);
        seen.set("owned", texts(read.ownedPartitions()));
        return answer;
    }

    private static JsonNode assignment(JsonNode request) {
        Assignment assignment = new Assignment(partitions(request.get("owned")), buffer(request.get("userData")));
        Assignment read = ConsumerProtocol.deserializeAssignment(buffer(request.get("bytes")));
        short version = (short) request.get("version").asInt();
        ObjectNode answer = NODES.objectNode().put("bytes", encode(ConsumerProtocol.serializeAssignment(assignment, version)));
        ObjectNode seen = answer.putObject("read").put("userData", read.userData() == null ? null : encode(read.userData()));
        seen.set("owned", texts(read.partitions()));
        return answer;
    }

    /** What a sticky assignor sends along after an assignment. */
    private static JsonNode userData(JsonNode request) {
        ConsumerPartitionAssignor assignor = request.get("cooperative").asBoolean() ? new CooperativeStickyAssignor() : new StickyAssignor();
        assignor.onAssignment(new Assignment(partitions(request.get("partitions"))),
            new ConsumerGroupMetadata("g", request.get("generation").asInt(), "m", Optional.empty()));
        return NODES.objectNode().put("bytes", encode(assignor.subscriptionUserData(Set.of())));
    }

    private static ByteBuffer buffer(JsonNode text) {
        return text.isNull() ? null : ByteBuffer.wrap(Base64.getDecoder().decode(text.asText()));
    }

    private static List<TopicPartition> partitions(JsonNode pairs) {
        List<TopicPartition> all = new ArrayList<>();
        pairs.forEach(pair -> all.add(new TopicPartition(pair.get("topic").asText(), pair.get("partition").asInt())));
        return all;
    }

    private static ArrayNode texts(List<TopicPartition> partitions) {
        ArrayNode all = NODES.arrayNode();
        for (TopicPartition each : partitions) all.addObject().put("topic", each.topic()).put("partition", each.partition());
        return all;
    }

    private static JsonNode withLongs(JsonNode node) {
        if (node.isObject()) {
            if (node.size() == 1 && node.has("$long")) return LongNode.valueOf(Long.parseLong(node.get("$long").asText()));
            ObjectNode copy = NODES.objectNode();
            for (Iterator<Map.Entry<String, JsonNode>> fields = node.fields(); fields.hasNext();) {
                Map.Entry<String, JsonNode> field = fields.next();
                copy.set(field.getKey(), withLongs(field.getValue()));
            }
            return copy;
        }
        if (!node.isArray()) return node;
        ArrayNode copy = NODES.arrayNode();
        for (JsonNode each : node) copy.add(withLongs(each));
        return copy;
    }
}
