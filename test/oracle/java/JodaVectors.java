import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.joda.time.DateTimeZone;
import org.joda.time.DateTime;
import org.joda.time.format.DateTimeFormat;
import org.joda.time.format.ISODateTimeFormat;

/**
 * Prints what Joda-Time says of patterns, zones and texts, as lines of JSON: the fixture joda-vectors.json was recorded by it. It needs joda-time on its
 * class path and is no part of a run.
 */
public final class JodaVectors {
  static final String[] ZONES = {
    "UTC", "America/Los_Angeles", "America/Santiago", "America/Sao_Paulo", "Asia/Kolkata", "Asia/Kathmandu",
    "Australia/Lord_Howe", "Europe/Berlin", "Africa/Cairo", "+05:45", "-03:30"
  };

  public static void main(String[] args) {
    String[] patterns = {
      "'year'=YYYY/'month'=MM/'day'=dd/'hour'=HH", "yyyy-MM-dd", "YYYY", "yy YY xx", "xxxx-'W'ww-e", "y Y x", "M MM",
      "d dd D DDD", "H HH k kk K KK h hh", "m mm s ss S SS SSS SSSSS", "Z ZZ ZZZ", "G C CC", "''''yyyy''MM", "'it''s' dd",
      "YYYYY", "EEE EEEE MMM MMMM a"
    };
    long[] instants = {
      -1L, 0L, 946684799999L, 951825600000L, 1391252400000L, 1419897600000L, 1420070399999L, 1420070400000L,
      1451520000000L, 1425808799999L, 1425808800000L, 1446366600000L, 1446370200000L, 1234567890123L
    };
    for (String pattern : patterns) {
      boolean text = pattern.contains("EEE");
      for (String zone : text ? new String[] {"UTC"} : new String[] {"UTC", "America/Los_Angeles", "Asia/Kathmandu", "-03:30"}) {
        for (String locale : text ? new String[] {"en", "en-US", "en_US", "de", "fr", "es", "ja", "pt", "it", "xx"} : new String[] {"en"}) {
          List<String> out = new ArrayList<>();
          for (long ms : instants) {
            out.add(quoted(DateTimeFormat.forPattern(pattern).withZone(DateTimeZone.forID(zone)).withLocale(new Locale(locale)).print(ms)));
          }
          System.out.println("{\"pattern\":" + quoted(pattern) + ",\"zone\":" + quoted(zone) + ",\"locale\":" + quoted(locale) + ",\"texts\":" + out + "}");
        }
      }
    }
    long[] durations = {900000L, 3600000L, 7200000L, 86400000L};
    for (String id : ZONES) {
      DateTimeZone zone = DateTimeZone.forID(id);
      for (long duration : durations) {
        List<Long> in = new ArrayList<>();
        List<Long> out = new ArrayList<>();
        // Around changes of the clock, and beside them.
        long at = 1262304000000L;
        for (int n = 0; n < 6; n++) {
          long next = zone.nextTransition(at);
          long base = next == at ? at + 7777777777L : next;
          at = next == at ? base : next;
          for (long delta : new long[] {-5400001L, -1L, 0L, 1799999L, 3600000L, 9000000L}) {
            long ms = base + delta;
            in.add(ms);
            out.add(zone.convertLocalToUTC(zone.convertUTCToLocal(ms) / duration * duration, false));
          }
        }
        System.out.println("{\"zone\":" + quoted(id) + ",\"durationMs\":" + duration + ",\"at\":" + in + ",\"buckets\":" + out + "}");
      }
    }
    String[] texts = {
      "2015-04-02", "2015", "2015-04", "2015-W14-4", "2015-W14", "2015-092", "2015-04-02T01", "2015-04-02T01:02", "2015-04-02T01:02:03",
      "2015-04-02T01:02:03.4", "2015-04-02T01:02:03.456789", "2015-04-02T01:02:03,4", "2015-04-02T01:02:03Z", "2015-04-02T01:02:03.004+05:30",
      "2015-04-02T01:02:03-0800", "2015-04-02T01:02:03+05", "2015-04-02T", "2015-04-02TZ", "2015-04-02 01:02:03", "2015-4-2", "2015-13-01", "2015-02-29", "2016-02-29T24:00",
      "2015-04-02T25:00Z", "2015-04-02T01:60Z", "T01:02", "soon", "", "20150402", "2015-04-02T01.5Z", "2015-04-02T01:30.5Z", "-0001-01-01", "2015-04-02Z"
    };
    for (String text : texts) {
      String result;
      try {
        result = String.valueOf(ISODateTimeFormat.dateTimeParser().withZoneUTC().parseMillis(text));
      } catch (IllegalArgumentException error) {
        result = "null";
      }
      System.out.println("{\"text\":" + quoted(text) + ",\"ms\":" + result + "}");
    }
    for (String pattern : new String[] {"b", "yyyy-MM-ddThh", "'open", "I", "yyyyQ", "", "u", "F", "X"}) {
      String result;
      try {
        result = quoted(DateTimeFormat.forPattern(pattern).withZoneUTC().withLocale(Locale.ENGLISH).print(0L));
      } catch (IllegalArgumentException error) {
        result = "null, \"message\":" + quoted(error.getMessage());
      }
      System.out.println("{\"odd\":" + quoted(pattern) + ",\"printed\":" + result + "}");
    }
  }

  static String quoted(String text) {
    StringBuilder out = new StringBuilder("\"");
    for (char c : text.toCharArray()) {
      if (c == '"' || c == '\\') out.append('\\').append(c);
      else if (c < 32 || c > 126) out.append(String.format("\\u%04x", (int) c));
      else out.append(c);
    }
    return out.append('"').toString();
  }
}
