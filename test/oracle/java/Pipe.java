import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.BufferedReader;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.TimeZone;

/** One JSON question a line on standard input, one JSON answer a line on standard output; `java-oracle.ts` is the other end. */
final class Pipe {
    private static final ObjectMapper JSON = new ObjectMapper();

    interface Answerer {
        JsonNode answer(JsonNode request) throws Exception;
    }

    private Pipe() {}

    /** Returns when the other end is closed. An answer that throws is the name and message of what it threw. */
    static void serve(Answerer answerer) throws Exception {
        TimeZone.setDefault(TimeZone.getTimeZone("UTC"));
        Locale.setDefault(Locale.US);
        PrintStream out = new PrintStream(new FileOutputStream(FileDescriptor.out), false, StandardCharsets.UTF_8);
        // What Kafka's classes print must not be taken for an answer.
        System.setOut(System.err);
        BufferedReader in = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        for (String line = in.readLine(); line != null; line = in.readLine()) {
            out.println(JSON.writeValueAsString(answer(answerer, JSON.readTree(line))));
            out.flush();
        }
    }

    private static JsonNode answer(Answerer answerer, JsonNode request) {
        try {
            return answerer.answer(request);
        } catch (Throwable error) {
            return Wire.failure(error);
        }
    }
}
