import com.sun.net.httpserver.HttpServer;
import java.io.File;
import java.lang.reflect.Method;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.ha.HAServiceProtocol.RequestSource;
import org.apache.hadoop.ha.HAServiceProtocol.StateChangeRequestInfo;
import org.apache.hadoop.hdfs.HdfsConfiguration;
import org.apache.hadoop.hdfs.protocol.HdfsConstants.SafeModeAction;
import org.apache.hadoop.hdfs.server.datanode.DataNode;
import org.apache.hadoop.hdfs.server.namenode.FSNamesystem;
import org.apache.hadoop.hdfs.server.namenode.LeaseManager;
import org.apache.hadoop.hdfs.server.namenode.NameNode;
import org.apache.hadoop.metrics2.lib.DefaultMetricsSystem;

/**
 * A real HDFS in one JVM: a NameNode or two, and a DataNode. System properties: sluice.data (folder), sluice.http and sluice.rpc (ports of the
 * NameNodes, separated by commas), sluice.control (port). Tests steer it by GET /safemode/enter|leave, /dn/stop|start, /nn/stop/N, /ha/failover/N,
 * /ha/standby, /lease/SOFT_MS/HARD_MS, /leases. Prints READY once the DataNode is live and safe mode is off.
 */
public class MiniHdfs {
  static final String DATA = System.getProperty("sluice.data");
  static final String[] HTTP = System.getProperty("sluice.http").split(",");
  static final String[] RPC = System.getProperty("sluice.rpc").split(",");
  static final boolean HA = HTTP.length > 1;
  static final String HOST = System.getProperty("sluice.host", "127.0.0.1");
  static final NameNode[] nameNodes = new NameNode[HTTP.length];
  static final List<DataNode> dataNodes = new ArrayList<>();

  static Configuration conf(int nameNode) {
    Configuration conf = new HdfsConfiguration();
    if (!HA) {
      conf.set("fs.defaultFS", "hdfs://" + HOST + ":" + RPC[0]);
      conf.set("dfs.namenode.http-address", HOST + ":" + HTTP[0]);
      return conf;
    }
    conf.set("fs.defaultFS", "hdfs://sluice");
    conf.set("dfs.nameservices", "sluice");
    conf.set("dfs.ha.namenodes.sluice", "nn1,nn2");
    for (int i = 0; i < HTTP.length; i++) {
      String key = ".sluice.nn" + (i + 1);
      conf.set("dfs.namenode.rpc-address" + key, HOST + ":" + RPC[i]);
      conf.set("dfs.namenode.http-address" + key, HOST + ":" + HTTP[i]);
      conf.set("dfs.namenode.name.dir" + key, "file://" + DATA + "/name" + (i == 0 ? "" : i));
    }
    conf.set("dfs.namenode.shared.edits.dir", "file://" + DATA + "/shared");
    conf.set("dfs.ha.fencing.methods", "shell(/bin/true)");
    conf.set("dfs.ha.tail-edits.period", "1s");
    conf.set(
        "dfs.client.failover.proxy.provider.sluice",
        "org.apache.hadoop.hdfs.server.namenode.ha.ConfiguredFailoverProxyProvider");
    if (nameNode >= 0) conf.set("dfs.ha.namenode.id", "nn" + (nameNode + 1));
    return conf;
  }

  public static void main(String[] args) throws Exception {
    DefaultMetricsSystem.setMiniClusterMode(true);
    boolean fresh = !new File(DATA, "name/current/VERSION").exists();
    if (fresh) NameNode.format(conf(0));
    if (fresh && HA) copy(Path.of(DATA, "name"), Path.of(DATA, "name1"));
    for (int i = 0; i < nameNodes.length; i++) {
      nameNodes[i] = NameNode.createNameNode(new String[0], conf(HA ? i : 0));
    }
    if (HA) nameNodes[0].getRpcServer().transitionToActive(byUser());
    dataNodes.add(DataNode.createDataNode(new String[0], conf(-1)));
    for (NameNode each : nameNodes) {
      while (each.getNamesystem().getNumLiveDataNodes() < 1 || each.isInSafeMode()) Thread.sleep(5);
    }
    HttpServer server =
        HttpServer.create(
            new InetSocketAddress("127.0.0.1", Integer.getInteger("sluice.control")), 0);
    server.createContext(
        "/",
        exchange -> {
          String answer;
          int status = 200;
          try {
            answer = control(exchange.getRequestURI().getPath());
          } catch (Throwable error) {
            status = 500;
            answer = error.toString();
          }
          byte[] body = (answer + "\n").getBytes();
          exchange.sendResponseHeaders(status, body.length);
          exchange.getResponseBody().write(body);
          exchange.close();
        });
    server.start();
    System.out.println("READY");
    for (NameNode each : nameNodes) each.join();
  }

  static String control(String path) throws Exception {
    String[] parts = path.split("/");
    switch (parts[1]) {
      case "safemode":
        SafeModeAction action =
            parts[2].equals("enter") ? SafeModeAction.SAFEMODE_ENTER : SafeModeAction.SAFEMODE_LEAVE;
        nameNodes[0].getRpcServer().setSafeMode(action, false);
        return path;
      case "ha":
        if (parts[2].equals("standby")) {
          for (NameNode each : nameNodes) each.getRpcServer().transitionToStandby(byUser());
          return path;
        }
        int to = Integer.parseInt(parts[3]);
        nameNodes[1 - to].getRpcServer().transitionToStandby(byUser());
        nameNodes[to].getRpcServer().transitionToActive(byUser());
        return path;
      case "nn":
        nameNodes[Integer.parseInt(parts[3])].stop();
        return path;
      case "dn":
        if (parts[2].equals("stop")) dataNodes.remove(0).shutdown();
        else dataNodes.add(DataNode.createDataNode(new String[0], conf(-1)));
        return path;
      case "lease":
        for (NameNode each : nameNodes) {
          leases(each).setLeasePeriod(Long.parseLong(parts[2]), Long.parseLong(parts[3]));
        }
        return path;
      case "leases":
        return String.valueOf(leases(nameNodes[0]).countLease());
      default:
        throw new IllegalArgumentException(path);
    }
  }

  static LeaseManager leases(NameNode nameNode) throws Exception {
    Method getter = FSNamesystem.class.getDeclaredMethod("getLeaseManager");
    getter.setAccessible(true);
    return (LeaseManager) getter.invoke(nameNode.getNamesystem());
  }

  static StateChangeRequestInfo byUser() {
    return new StateChangeRequestInfo(RequestSource.REQUEST_BY_USER);
  }

  static void copy(Path from, Path to) throws Exception {
    try (Stream<Path> all = Files.walk(from)) {
      for (Path path : (Iterable<Path>) all::iterator) {
        Path target = to.resolve(from.relativize(path).toString());
        if (Files.isDirectory(path)) Files.createDirectories(target);
        else if (!path.endsWith("in_use.lock")) Files.copy(path, target);
      }
    }
  }
}
