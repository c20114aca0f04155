import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.github.luben.zstd.ZstdInputStream;
import java.io.File;
import java.io.FileInputStream;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.zip.GZIPInputStream;
import org.apache.avro.file.CodecFactory;
import org.apache.avro.file.DataFileReader;
import org.apache.avro.file.DataFileWriter;
import org.apache.avro.generic.GenericData;
import org.apache.avro.generic.GenericDatumReader;
import org.apache.avro.generic.GenericDatumWriter;
import org.apache.avro.generic.GenericRecord;
import org.apache.parquet.avro.AvroParquetReader;
import org.apache.parquet.avro.AvroParquetWriter;
import org.apache.parquet.conf.PlainParquetConfiguration;
import org.apache.parquet.hadoop.ParquetFileReader;
import org.apache.parquet.hadoop.ParquetReader;
import org.apache.parquet.hadoop.ParquetWriter;
import org.apache.parquet.hadoop.metadata.CompressionCodecName;
import org.apache.parquet.hadoop.metadata.FileMetaData;
import org.apache.parquet.io.LocalInputFile;
import org.apache.parquet.io.LocalOutputFile;
import org.xerial.snappy.SnappyInputStream;

/** Reads files as Avro's and Parquet's own Java readers do, and writes them as their writers do: one JSON request a line, one JSON answer a line. */
public final class FilesOracle {
    private static final JsonNodeFactory NODES = JsonNodeFactory.instance;

    public static void main(String[] args) throws Exception {
        Pipe.serve(FilesOracle::read);
    }

    private static JsonNode read(JsonNode request) throws Exception {
        String path = request.get("path").asText();
        if (request.has("to")) return rewrite(request, path);
        String kind = request.get("kind").asText();
        switch (kind) {
            case "avro":
                return readAvro(path);
            case "parquet":
                return readParquet(path);
            default:
                return readText(kind, path);
        }
    }

    /** A file that is compressed as a whole. */
    private static JsonNode readText(String compression, String path) throws Exception {
        try (InputStream file = new FileInputStream(path);
                InputStream plain = decompressing(compression, file)) {
            String text = new String(plain.readAllBytes(), StandardCharsets.UTF_8);
            return NODES.objectNode().put("text", text);
        }
    }

    private static InputStream decompressing(String compression, InputStream file) throws Exception {
        switch (compression) {
            case "gzip":
                return new GZIPInputStream(file);
            case "snappy":
                return new SnappyInputStream(file);
            case "zstd":
                return new ZstdInputStream(file);
            default:
                return file;
        }
    }

    /** Writes the records of a file once more, by Java's own writers. */
    private static JsonNode rewrite(JsonNode request, String path) throws Exception {
        String to = request.get("to").asText();
        String codec = request.get("codec").asText();
        if (request.get("kind").asText().equals("avro")) rewriteAvro(path, to, codec);
        else rewriteParquet(path, to, codec, request.get("oldLists").asBoolean());
        return NODES.objectNode();
    }

    private static void rewriteAvro(String path, String to, String codec) throws Exception {
        try (DataFileReader<Object> reader = new DataFileReader<>(new File(path), new GenericDatumReader<>());
                DataFileWriter<Object> writer = new DataFileWriter<>(new GenericDatumWriter<>())) {
            writer.setCodec(CodecFactory.fromString(codec));
            writer.create(reader.getSchema(), new File(to));
            while (reader.hasNext()) writer.append(reader.next());
        }
    }

    private static void rewriteParquet(String path, String to, String codec, boolean oldLists) throws Exception {
        PlainParquetConfiguration configuration = new PlainParquetConfiguration();
        configuration.setBoolean("parquet.avro.write-old-list-structure", oldLists);
        try (ParquetReader<GenericRecord> reader = AvroParquetReader
                .<GenericRecord>builder(new LocalInputFile(Path.of(path)), new PlainParquetConfiguration())
                .build()) {
            GenericRecord record = reader.read();
            try (ParquetWriter<GenericRecord> writer = AvroParquetWriter
                    .<GenericRecord>builder(new LocalOutputFile(Path.of(to)))
                    .withSchema(record.getSchema())
                    .withDataModel(GenericData.get())
                    .withConf(configuration)
                    .withCompressionCodec(CompressionCodecName.valueOf(codec))
                    .build()) {
                for (; record != null; record = reader.read()) writer.write(record);
            }
        }
    }

    private static JsonNode readAvro(String path) throws Exception {
        ObjectNode answer = NODES.objectNode();
        ArrayNode records = answer.putArray("records");
        try (DataFileReader<Object> reader = new DataFileReader<>(new File(path), new GenericDatumReader<>())) {
            answer.put("schema", reader.getSchema().toString());
            answer.put("codec", reader.getMetaString("avro.codec"));
            while (reader.hasNext()) records.add(GenericData.get().toString(reader.next()));
        }
        return answer;
    }

    private static JsonNode readParquet(String path) throws Exception {
        ObjectNode answer = NODES.objectNode();
        ArrayNode records = answer.putArray("records");
        LocalInputFile file = new LocalInputFile(Path.of(path));
        try (ParquetFileReader reader = ParquetFileReader.open(file)) {
            FileMetaData metadata = reader.getFileMetaData();
            answer.put("schema", metadata.getSchema().toString());
            answer.put("codec", reader.getRowGroups().isEmpty()
                    ? null : reader.getRowGroups().get(0).getColumns().get(0).getCodec().name());
        }
        try (ParquetReader<Object> reader =
                AvroParquetReader.builder(file, new PlainParquetConfiguration()).build()) {
            for (Object record = reader.read(); record != null; record = reader.read()) {
                records.add(GenericData.get().toString(record));
            }
        }
        return answer;
    }
}
