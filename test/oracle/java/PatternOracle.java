import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** java.util.regex; each request holds several patterns, each of them with texts and a replacement. */
public final class PatternOracle {
    private static final JsonNodeFactory NODES = JsonNodeFactory.instance;
    /** Characters that a matcher may look at before it is given up: Java itself has no bound. */
    private static final int MOST = 2_000_000;

    public static void main(String[] args) throws Exception {
        Pipe.serve(PatternOracle::answer);
    }

    private static JsonNode answer(JsonNode request) {
        ArrayNode results = NODES.arrayNode();
        for (JsonNode question : request.get("questions")) {
            try {
                Pattern pattern = Pattern.compile(question.get("pattern").textValue());
                ArrayNode answers = NODES.arrayNode();
                for (JsonNode text : question.get("texts")) answers.add(answerOf(pattern, text.textValue(), question.get("replacement").textValue()));
                results.add(answers);
            } catch (Throwable error) {
                results.add(Wire.failure(error));
            }
        }
        return NODES.objectNode().set("results", results);
    }

    private static JsonNode answerOf(Pattern pattern, String text, String replacement) {
        try {
            Matcher matcher = pattern.matcher(new Counted(text));
            ObjectNode answer = NODES.objectNode();
            answer.set("matches", matcher.matches() ? groups(matcher) : NODES.nullNode());
            matcher.reset();
            ArrayNode found = answer.putArray("found");
            while (matcher.find()) found.add(groups(matcher));
            answer.set("first", replaced(() -> matcher.replaceFirst(replacement)));
            answer.set("all", replaced(() -> matcher.replaceAll(replacement)));
            return answer;
        } catch (GaveUp | StackOverflowError error) {
            return NODES.textNode("gave up");
        }
    }

    private static JsonNode groups(Matcher matcher) {
        ArrayNode groups = NODES.arrayNode().add(matcher.start());
        for (int i = 0; i <= matcher.groupCount(); i++) groups.add(matcher.group(i));
        return groups;
    }

    private static JsonNode replaced(java.util.function.Supplier<String> replacing) {
        try {
            return NODES.textNode(replacing.get());
        } catch (IllegalArgumentException | IndexOutOfBoundsException error) {
            return Wire.failure(error);
        }
    }

    private static final class GaveUp extends RuntimeException {
        private static final long serialVersionUID = 1L;
    }

    /** A text that may be looked at only so often. */
    private static final class Counted implements CharSequence {
        private final String text;
        private int left = MOST;

        Counted(String text) {
            this.text = text;
        }

        @Override
        public char charAt(int index) {
            if (--left < 0) throw new GaveUp();
            return text.charAt(index);
        }

        @Override
        public int length() {
            return text.length();
        }

        @Override
        public CharSequence subSequence(int start, int end) {
            return text.subSequence(start, end);
        }

        @Override
        public String toString() {
            return text;
        }
    }
}
