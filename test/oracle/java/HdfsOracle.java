import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.charset.StandardCharsets;
import org.apache.avro.file.DataFileStream;
import org.apache.avro.generic.GenericData;
import org.apache.avro.generic.GenericDatumReader;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FSDataInputStream;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.LocatedFileStatus;
import org.apache.hadoop.fs.Path;
import org.apache.hadoop.fs.RemoteIterator;
import org.apache.parquet.avro.AvroParquetReader;
import org.apache.parquet.hadoop.ParquetReader;
import org.apache.parquet.hadoop.util.HadoopInputFile;

/** Reads all files below a directory of HDFS, by Hadoop's own client and by Avro's and Parquet's own readers on it. */
public final class HdfsOracle {
    private static final JsonNodeFactory NODES = JsonNodeFactory.instance;

    public static void main(String[] args) throws Exception {
        Pipe.serve(HdfsOracle::read);
    }

    private static JsonNode read(JsonNode request) throws Exception {
        Configuration conf = new Configuration();
        conf.set("fs.defaultFS", request.get("url").asText());
        conf.set("dfs.client.use.datanode.hostname", "true");
        ArrayNode files = NODES.arrayNode();
        FileSystem hdfs = FileSystem.get(conf);
        RemoteIterator<LocatedFileStatus> found = hdfs.listFiles(new Path(request.get("directory").asText()), true);
        while (found.hasNext()) {
            LocatedFileStatus file = found.next();
            Path path = file.getPath();
            ObjectNode node = files.addObject();
            node.put("path", path.toUri().getPath());
            ArrayNode records = node.putArray("records");
            if (path.getName().endsWith(".avro")) readAvro(hdfs, path, records);
            else if (path.getName().endsWith(".parquet")) readParquet(conf, path, records);
            else readLines(hdfs, path, records);
        }
        return NODES.objectNode().set("files", files);
    }

    private static void readAvro(FileSystem hdfs, Path path, ArrayNode records) throws Exception {
        try (FSDataInputStream in = hdfs.open(path);
                DataFileStream<Object> reader = new DataFileStream<>(in, new GenericDatumReader<>())) {
            while (reader.hasNext()) records.add(GenericData.get().toString(reader.next()));
        }
    }

    private static void readParquet(Configuration conf, Path path, ArrayNode records) throws Exception {
        try (ParquetReader<Object> reader =
                AvroParquetReader.builder(HadoopInputFile.fromPath(path, conf)).build()) {
            for (Object record = reader.read(); record != null; record = reader.read()) {
                records.add(GenericData.get().toString(record));
            }
        }
    }

    private static void readLines(FileSystem hdfs, Path path, ArrayNode records) throws Exception {
        try (FSDataInputStream in = hdfs.open(path)) {
            new String(in.readAllBytes(), StandardCharsets.UTF_8).lines().forEach(records::add);
        }
    }
}
