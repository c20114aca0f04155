import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.lang.reflect.Field;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.apache.kafka.common.utils.LogContext;
import org.apache.kafka.common.utils.Time;
import org.apache.kafka.connect.runtime.distributed.ConnectProtocol;
import org.apache.kafka.connect.runtime.distributed.EagerAssignor;
import org.apache.kafka.connect.runtime.distributed.ExtendedWorkerState;
import org.apache.kafka.connect.runtime.distributed.IncrementalCooperativeAssignor;
import org.apache.kafka.connect.runtime.distributed.WorkerCoordinator;
import org.apache.kafka.connect.runtime.distributed.WorkerCoordinator.ConnectorsAndTasks;
import org.apache.kafka.connect.storage.ClusterConfigState;
import org.apache.kafka.connect.util.ConnectorTaskId;
import sun.misc.Unsafe;

/**
 * The assignors of Kafka Connect's leader behind a pipe: `new` begins with an incremental one that knows nothing, `assign` decides one
 * round, at a time that the question gives; `eager` decides as the one that remembers nothing.
 */
public final class ConnectAssignorOracle {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static long now;
    private static IncrementalCooperativeAssignor assignor;

    public static void main(String[] args) throws Exception {
        Pipe.serve(ConnectAssignorOracle::answer);
    }

    private static JsonNode answer(JsonNode request) {
        ObjectNode answer = JSON.createObjectNode();
        try {
            if (request.get("op").asText().equals("new")) {
                assignor = new IncrementalCooperativeAssignor(new LogContext(), clock(), request.get("maxDelayMs").asInt());
            } else if (request.get("op").asText().equals("eager")) {
                eagerly(request, answer);
            } else {
                now = request.get("now").asLong();
                round(request, answer);
            }
        } catch (Exception e) {
            answer.put("error", e.toString() + (e.getCause() == null ? "" : " " + e.getCause()));
        }
        return answer;
    }

    private static void round(JsonNode request, ObjectNode answer) throws Exception {
        Map<String, ConnectorsAndTasks> members = new HashMap<>();
        request.get("members").properties().forEach(each -> members.put(each.getKey(), work(each.getValue())));
        Method assign = Stream.of(IncrementalCooperativeAssignor.class.getDeclaredMethods())
            .filter(method -> method.getName().equals("performTaskAssignment") && method.getParameterCount() == 4)
            .findFirst().orElseThrow();
        assign.setAccessible(true);
        Object decided = assign.invoke(assignor, configured(request.get("configured")), request.get("lastCompletedGeneration").asInt(),
            request.get("generation").asInt(), members);
        for (String member : members.keySet()) {
            ObjectNode one = answer.putObject(member);
            one.set("assigned", texts(decided, "newlyAssignedConnectors", "newlyAssignedTasks", member));
            one.set("revoked", texts(decided, "newlyRevokedConnectors", "newlyRevokedTasks", member));
        }
        Field delay = IncrementalCooperativeAssignor.class.getDeclaredField("delay");
        delay.setAccessible(true);
        answer.put("delayMs", delay.getInt(assignor));
    }

    private static void eagerly(JsonNode request, ObjectNode answer) throws Exception {
        Map<String, ExtendedWorkerState> members = new HashMap<>();
        for (JsonNode member : request.get("members")) {
            members.put(member.asText(), new ExtendedWorkerState("http://" + member.asText(), 1L, null));
        }
        // Of a coordinator the assignor asks for what is configured, and tells it what it has decided; nothing of it needs to be connected.
        Field theUnsafe = Unsafe.class.getDeclaredField("theUnsafe");
        theUnsafe.setAccessible(true);
        WorkerCoordinator coordinator = (WorkerCoordinator) ((Unsafe) theUnsafe.get(null)).allocateInstance(WorkerCoordinator.class);
        coordinator.configSnapshot(configured(request.get("configured")));
        Method assign = EagerAssignor.class.getDeclaredMethod("performTaskAssignment", String.class, long.class, Map.class, WorkerCoordinator.class);
        assign.setAccessible(true);
        String leader = request.get("members").get(0).asText();
        Map<?, ?> decided = (Map<?, ?>) assign.invoke(new EagerAssignor(new LogContext()), leader, 1L, members, coordinator);
        for (Map.Entry<?, ?> each : decided.entrySet()) {
            ConnectProtocol.Assignment assignment = ConnectProtocol.deserializeAssignment((ByteBuffer) each.getValue());
            ArrayNode all = answer.putArray(each.getKey().toString());
            assignment.connectors().forEach(all::add);
            assignment.tasks().forEach(task -> all.add(task.toString()));
        }
    }

    private static ArrayNode texts(Object decided, String connectors, String tasks, String member) throws Exception {
        ArrayNode all = JSON.createArrayNode();
        for (String name : List.of(connectors, tasks)) {
            Method of = decided.getClass().getDeclaredMethod(name, String.class);
            of.setAccessible(true);
            for (Object each : (Collection<?>) of.invoke(decided, member)) all.add(each.toString());
        }
        return all;
    }

    private static ConnectorsAndTasks work(JsonNode node) {
        Set<String> connectors = new LinkedHashSet<>();
        node.get("connectors").forEach(each -> connectors.add(each.asText()));
        Set<ConnectorTaskId> tasks = new LinkedHashSet<>();
        node.get("tasks").forEach(each -> tasks.add(new ConnectorTaskId(each.get("connector").asText(), each.get("task").asInt())));
        return new ConnectorsAndTasks.Builder().with(connectors, tasks).build();
    }

    /** Connectors, and how many tasks each has. */
    private static ClusterConfigState configured(JsonNode counts) {
        Map<String, Integer> taskCounts = new HashMap<>();
        Map<String, Map<String, String>> configs = new HashMap<>();
        Map<ConnectorTaskId, Map<String, String>> taskConfigs = new HashMap<>();
        counts.properties().forEach(each -> {
            int count = each.getValue().asInt();
            taskCounts.put(each.getKey(), count);
            configs.put(each.getKey(), Map.of());
            for (int task = 0; task < count; task++) taskConfigs.put(new ConnectorTaskId(each.getKey(), task), Map.of());
        });
        return new ClusterConfigState(1, null, taskCounts, configs, Map.of(), taskConfigs, Map.of(), Map.of(), Map.of(), Set.of(), Set.of());
    }

    /** Of all that a clock can do, an assignor asks for the time in milliseconds alone. */
    private static Time clock() {
        return (Time) Proxy.newProxyInstance(Time.class.getClassLoader(), new Class<?>[] {Time.class}, (proxy, method, args) -> now);
    }
}
