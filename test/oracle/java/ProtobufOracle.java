import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.google.protobuf.Descriptors.Descriptor;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.Descriptors.FileDescriptor;
import com.google.protobuf.DynamicMessage;
import com.google.protobuf.Message;
import com.google.protobuf.TextFormat;
import io.apicurio.registry.utils.protobuf.schema.FileDescriptorUtils;
import java.util.Base64;
import java.util.Map;
import java.util.Optional;

/** Protobuf's own classes behind a pipe: one JSON request a line, one JSON answer a line. */
public final class ProtobufOracle {
    private static final JsonNodeFactory NODES = JsonNodeFactory.instance;

    public static void main(String[] args) throws Exception {
        Pipe.serve(ProtobufOracle::answers);
    }

    private static JsonNode answers(JsonNode request) {
        ArrayNode answers = NODES.arrayNode();
        for (JsonNode item : request.get("items")) answers.add(answer(item));
        return answers;
    }

    private static JsonNode answer(JsonNode item) {
        try {
            Descriptor descriptor = descriptorOf(item);
            ObjectNode answer = NODES.objectNode().put("message", descriptor.getFullName());
            ArrayNode all = answer.putArray("values");
            for (JsonNode bytes : item.get("bytes")) all.add(again(descriptor, bytes.asText()));
            return answer;
        } catch (Throwable error) {
            return Wire.failure(error);
        }
    }

    /** The message of that name in a `.proto` file, which imports what everybody knows. */
    private static Descriptor descriptorOf(JsonNode item) throws Exception {
        FileDescriptor file = FileDescriptorUtils.protoFileToFileDescriptor(
            item.get("proto").asText(), "item.proto", Optional.ofNullable(textOf(item.get("package"))));
        return file.findMessageTypeByName(item.get("message").asText());
    }

    private static String textOf(JsonNode node) {
        return node == null || node.isNull() ? null : node.asText();
    }

    /** The bytes that a message is written as once it was read, and as text; what is unknown in it is an error. */
    private static JsonNode again(Descriptor descriptor, String base64) {
        try {
            DynamicMessage message = DynamicMessage.parseFrom(descriptor, Base64.getDecoder().decode(base64));
            requireKnown(message);
            return NODES.objectNode()
                .put("bytes", Base64.getEncoder().encodeToString(message.toByteArray()))
                .put("text", TextFormat.printer().escapingNonAscii(false).printToString(message).trim());
        } catch (Throwable error) {
            return Wire.failure(error);
        }
    }

    private static void requireKnown(Message message) {
        if (!message.getUnknownFields().asMap().isEmpty()) throw new IllegalStateException("unknown fields: " + message);
        for (Map.Entry<FieldDescriptor, Object> field : message.getAllFields().entrySet()) {
            if (field.getKey().getJavaType() != FieldDescriptor.JavaType.MESSAGE) continue;
            if (field.getKey().isRepeated()) {
                for (Object element : (Iterable<?>) field.getValue()) requireKnown((Message) element);
            } else {
                requireKnown((Message) field.getValue());
            }
        }
    }
}
