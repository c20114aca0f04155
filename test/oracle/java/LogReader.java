import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.zip.CRC32;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;

/**
 * A log as Kafka's own consumer reads it: one JSON request a line, one JSON answer a line. Asked for the partitions of a topic
 * from given offsets on, it waits until no transaction is open in them, and gives what is in them by both isolation levels.
 * The value of a record begins with its number and a `|`.
 */
public final class LogReader {
    private static final JsonNodeFactory NODES = JsonNodeFactory.instance;
    private static final Map<String, KafkaConsumer<byte[], byte[]>> CONSUMERS = new HashMap<>();

    public static void main(String[] args) throws Exception {
        Pipe.serve(LogReader::answer);
    }

    private static JsonNode answer(JsonNode request) {
        try {
            return read(request);
        } catch (Exception error) {
            return NODES.objectNode().put("error", error.toString());
        }
    }

    private static ObjectNode read(JsonNode request) throws InterruptedException {
        String bootstrap = request.get("bootstrapServers").asText();
        KafkaConsumer<byte[], byte[]> all = consumer(bootstrap, "read_uncommitted");
        KafkaConsumer<byte[], byte[]> committed = consumer(bootstrap, "read_committed");
        List<TopicPartition> partitions = new ArrayList<>();
        Map<TopicPartition, Long> from = new HashMap<>();
        for (JsonNode offset : request.get("from")) {
            TopicPartition partition = new TopicPartition(request.get("topic").asText(), partitions.size());
            partitions.add(partition);
            from.put(partition, offset.asLong());
        }
        Map<TopicPartition, Long> ends = stableEnds(all, committed, partitions, request.get("waitMs").asLong());
        ObjectNode answer = NODES.objectNode();
        ArrayNode endOffsets = answer.putArray("ends");
        for (TopicPartition partition : partitions) endOffsets.add(ends.get(partition));
        answer.set("all", records(all, partitions, from, ends));
        answer.set("committed", records(committed, partitions, from, ends));
        return answer;
    }

    private static KafkaConsumer<byte[], byte[]> consumer(String bootstrap, String isolation) {
        return CONSUMERS.computeIfAbsent(bootstrap + " " + isolation, key -> {
            Map<String, Object> config = new HashMap<>();
            config.put("bootstrap.servers", bootstrap);
            config.put("isolation.level", isolation);
            config.put("enable.auto.commit", false);
            config.put("auto.offset.reset", "none");
            config.put("fetch.max.wait.ms", 100);
            return new KafkaConsumer<>(config, new ByteArrayDeserializer(), new ByteArrayDeserializer());
        });
    }

    /** The ends of the log, once they are those of the last transaction too. */
    private static Map<TopicPartition, Long> stableEnds(
            KafkaConsumer<byte[], byte[]> all, KafkaConsumer<byte[], byte[]> committed, List<TopicPartition> partitions, long waitMs)
            throws InterruptedException {
        long limit = System.nanoTime() + waitMs * 1_000_000;
        while (true) {
            Map<TopicPartition, Long> stable = committed.endOffsets(partitions);
            Map<TopicPartition, Long> ends = all.endOffsets(partitions);
            if (ends.equals(stable)) return ends;
            if (System.nanoTime() > limit) {
                throw new IllegalStateException("A transaction is open: the log ends at " + ends + ", what is stable at " + stable);
            }
            Thread.sleep(10);
        }
    }

    /** For each partition what lies before its end: offset, number and checksum of each record, one after another. */
    private static ArrayNode records(
            KafkaConsumer<byte[], byte[]> consumer, List<TopicPartition> partitions, Map<TopicPartition, Long> from, Map<TopicPartition, Long> ends) {
        Map<TopicPartition, ArrayNode> found = new HashMap<>();
        ArrayNode answer = NODES.arrayNode();
        for (TopicPartition partition : partitions) {
            ArrayNode records = answer.addArray();
            found.put(partition, records);
        }
        List<TopicPartition> left = new ArrayList<>(partitions);
        consumer.assign(partitions);
        for (TopicPartition partition : partitions) consumer.seek(partition, from.get(partition));
        left.removeIf(partition -> from.get(partition) >= ends.get(partition));
        while (!left.isEmpty()) {
            for (ConsumerRecord<byte[], byte[]> record : consumer.poll(Duration.ofMillis(100))) {
                TopicPartition partition = new TopicPartition(record.topic(), record.partition());
                if (record.offset() < ends.get(partition)) add(found.get(partition), record);
            }
            left.removeIf(partition -> consumer.position(partition) >= ends.get(partition));
        }
        return answer;
    }

    private static void add(ArrayNode records, ConsumerRecord<byte[], byte[]> record) {
        CRC32 crc = new CRC32();
        crc.update(record.value());
        records.add(record.offset()).add(number(record.value())).add(crc.getValue());
    }

    private static int number(byte[] value) {
        int number = 0;
        for (int at = 0; at < value.length && value[at] != '|'; at++) number = number * 10 + value[at] - '0';
        return number;
    }
}
