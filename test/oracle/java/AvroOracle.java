import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.apicurio.registry.serde.avro.NonRecordContainer;
import io.apicurio.registry.utils.converter.avro.AvroData;
import io.apicurio.registry.utils.converter.avro.AvroDataConfig;
import java.io.ByteArrayOutputStream;
import java.util.Base64;
import org.apache.avro.Schema;
import org.apache.avro.generic.GenericDatumReader;
import org.apache.avro.generic.GenericDatumWriter;
import org.apache.avro.io.BinaryDecoder;
import org.apache.avro.io.BinaryEncoder;
import org.apache.avro.io.DecoderFactory;
import org.apache.avro.io.EncoderFactory;
import org.apache.kafka.connect.data.SchemaAndValue;

/** Avro's own classes and the mapping to Connect behind a pipe: one JSON request a line, one JSON answer a line. */
public final class AvroOracle {
    private static final JsonNodeFactory NODES = JsonNodeFactory.instance;

    public static void main(String[] args) throws Exception {
        Pipe.serve(AvroOracle::answers);
    }

    private static JsonNode answers(JsonNode request) {
        AvroData data = new AvroData(new AvroDataConfig(Wire.props(request)));
        ArrayNode answers = NODES.arrayNode();
        for (JsonNode one : request.get("items")) answers.add(answer(data, one));
        return answers;
    }

    private static JsonNode answer(AvroData data, JsonNode item) {
        try {
            return item.has("avro") ? read(data, item) : write(data, item);
        } catch (Throwable error) {
            return Wire.failure(error);
        }
    }

    /** The Avro schema made of a Connect schema, and the bytes of each value. */
    private static JsonNode write(AvroData data, JsonNode item) {
        org.apache.kafka.connect.data.Schema schema = Wire.decodeSchema(item.get("schema"));
        Schema avro = data.fromConnectSchema(schema);
        ObjectNode answer = NODES.objectNode().put("avro", avro.toString());
        ArrayNode all = answer.putArray("bytes");
        for (JsonNode value : item.get("values")) {
            try {
                Object converted = data.fromConnectData(schema, Wire.decodeValue(value));
                all.add(converted == null ? NODES.nullNode() : NODES.textNode(bytes(avro, converted)));
            } catch (Throwable error) {
                all.add(Wire.failure(error));
            }
        }
        return answer;
    }

    private static String bytes(Schema avro, Object converted) throws Exception {
        Object datum = converted instanceof NonRecordContainer ? ((NonRecordContainer) converted).getValue() : converted;
        ByteArrayOutputStream target = new ByteArrayOutputStream();
        BinaryEncoder encoder = EncoderFactory.get().directBinaryEncoder(target, null);
        new GenericDatumWriter<Object>(avro).write(datum, encoder);
        encoder.flush();
        return Base64.getEncoder().encodeToString(target.toByteArray());
    }

    /** The Connect schema made of an Avro schema, and the value of each run of bytes. */
    private static JsonNode read(AvroData data, JsonNode item) {
        Schema avro = new Schema.Parser().parse(item.get("avro").asText());
        ObjectNode answer = NODES.objectNode();
        ArrayNode values = answer.putArray("values");
        answer.set("schema", Wire.encodeSchema(avro.equals(AvroData.ANYTHING_SCHEMA) ? null : data.toConnectSchema(avro)));
        for (JsonNode bytes : item.get("bytes")) {
            try {
                BinaryDecoder decoder = DecoderFactory.get().binaryDecoder(Base64.getDecoder().decode(bytes.asText()), null);
                Object datum = new GenericDatumReader<Object>(avro).read(null, decoder);
                SchemaAndValue result = data.toConnectData(avro, datum);
                values.add(result == null ? NODES.nullNode() : Wire.encodeValue(result.value()));
            } catch (Throwable error) {
                values.add(Wire.failure(error));
            }
        }
        return answer;
    }
}
