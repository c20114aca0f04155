import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.apache.kafka.clients.consumer.ConsumerGroupMetadata;
import org.apache.kafka.clients.consumer.ConsumerPartitionAssignor;
import org.apache.kafka.clients.consumer.ConsumerPartitionAssignor.Assignment;
import org.apache.kafka.clients.consumer.ConsumerPartitionAssignor.GroupSubscription;
import org.apache.kafka.clients.consumer.ConsumerPartitionAssignor.Subscription;
import org.apache.kafka.common.Cluster;
import org.apache.kafka.common.Node;
import org.apache.kafka.common.PartitionInfo;
import org.apache.kafka.common.TopicPartition;

/**
 * Kafka's own assignors behind a pipe: one JSON request a line, one JSON answer a line. `assign` decides for a group as the member
 * that leads it does, `userData` tells what a member sends after an assignment.
 */
public final class AssignorOracle {
    private static final ObjectMapper JSON = new ObjectMapper();

    public static void main(String[] args) throws Exception {
        Pipe.serve(AssignorOracle::answer);
    }

    private static JsonNode answer(JsonNode request) {
        ObjectNode answer = JSON.createObjectNode();
        try {
            ConsumerPartitionAssignor assignor = (ConsumerPartitionAssignor) Class.forName(request.get("assignor").asText())
                .getDeclaredConstructor().newInstance();
            if (request.get("op").asText().equals("assign")) answer.set("assignment", assign(assignor, request));
            else answer.put("userData", userData(assignor, request));
        } catch (Exception e) {
            answer.put("error", e.toString());
        }
        return answer;
    }

    /** Topics are lists of partitions, a partition is the list of the racks of its replicas. */
    private static ObjectNode assign(ConsumerPartitionAssignor assignor, JsonNode request) {
        Map<String, Node> nodes = new HashMap<>();
        List<PartitionInfo> partitions = new ArrayList<>();
        request.get("topics").properties().forEach(topic -> {
            int number = 0;
            for (JsonNode racks : topic.getValue()) {
                List<Node> replicas = new ArrayList<>();
                for (JsonNode rack : racks) {
                    replicas.add(nodes.computeIfAbsent(rack.asText(), name -> new Node(nodes.size(), "localhost", 9092, name)));
                }
                Node[] all = replicas.toArray(new Node[0]);
                partitions.add(new PartitionInfo(topic.getKey(), number++, all.length == 0 ? null : all[0], all, all));
            }
        });
        Cluster cluster = new Cluster("cluster", nodes.values(), partitions, Set.of(), Set.of());
        // A hash map, as the member that leads a group has it.
        Map<String, Subscription> members = new HashMap<>();
        for (JsonNode member : request.get("members")) members.put(member.get("memberId").asText(), subscription(member));
        ObjectNode answer = JSON.createObjectNode();
        assignor.assign(cluster, new GroupSubscription(members)).groupAssignment()
            .forEach((member, assignment) -> answer.set(member, pairs(assignment.partitions())));
        return answer;
    }

    private static Subscription subscription(JsonNode member) {
        List<String> topics = new ArrayList<>();
        member.get("topics").forEach(topic -> topics.add(topic.asText()));
        JsonNode userData = member.get("userData");
        ByteBuffer bytes = userData.isNull() ? null : ByteBuffer.wrap(Base64.getDecoder().decode(userData.asText()));
        Optional<String> rack = Optional.ofNullable(member.get("rackId").textValue());
        int generation = member.get("generationId").asInt();
        Subscription subscription = new Subscription(topics, bytes, partitions(member.get("ownedPartitions")), generation, rack);
        subscription.setGroupInstanceId(Optional.ofNullable(member.get("groupInstanceId").textValue()));
        return subscription;
    }

    private static String userData(ConsumerPartitionAssignor assignor, JsonNode request) {
        JsonNode last = request.get("last");
        if (!last.isNull()) {
            Assignment assignment = new Assignment(partitions(last.get("partitions")));
            assignor.onAssignment(assignment, new ConsumerGroupMetadata("group", last.get("generation").asInt(), "member", Optional.empty()));
        }
        ByteBuffer bytes = assignor.subscriptionUserData(Set.of());
        if (bytes == null) return null;
        byte[] copy = new byte[bytes.remaining()];
        bytes.get(copy);
        return Base64.getEncoder().encodeToString(copy);
    }

    private static List<TopicPartition> partitions(JsonNode pairs) {
        List<TopicPartition> partitions = new ArrayList<>();
        for (JsonNode pair : pairs) partitions.add(new TopicPartition(pair.get("topic").asText(), pair.get("partition").asInt()));
        return partitions;
    }

    private static ArrayNode pairs(List<TopicPartition> partitions) {
        ArrayNode pairs = JSON.createArrayNode();
        for (TopicPartition each : partitions) pairs.addObject().put("topic", each.topic()).put("partition", each.partition());
        return pairs;
    }
}
