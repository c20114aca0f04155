import java.io.File;
import java.nio.file.Files;
import java.nio.file.StandardCopyOption;
import java.util.Properties;
import org.apache.hadoop.minikdc.MiniKdc;

/**
 * A KDC and an HDFS that asks for Kerberos, in one JVM. Besides what MiniHdfs takes: sluice.kdc (port). Leaves krb5.conf, service.keytab and
 * sluice.keytab, with the keys of sluice@SLUICE.TEST, in the folder kdc of sluice.data.
 */
public class SecureHdfs {
  public static void main(String[] args) throws Exception {
    File dir = new File(System.getProperty("sluice.data"), "kdc");
    dir.mkdirs();
    Properties conf = MiniKdc.createConf();
    conf.setProperty(MiniKdc.KDC_PORT, System.getProperty("sluice.kdc"));
    conf.setProperty(MiniKdc.KDC_BIND_ADDRESS, "127.0.0.1");
    conf.setProperty(MiniKdc.ORG_NAME, "SLUICE");
    conf.setProperty(MiniKdc.ORG_DOMAIN, "TEST");
    MiniKdc kdc = new MiniKdc(conf, dir);
    kdc.start();
    kdc.createPrincipal(new File(dir, "service.keytab"), "hdfs/localhost", "HTTP/localhost");
    kdc.createPrincipal(new File(dir, "sluice.keytab"), "sluice", "connect/localhost");
    Files.copy(
        kdc.getKrb5conf().toPath(),
        new File(dir, "krb5.conf").toPath(),
        StandardCopyOption.REPLACE_EXISTING);
    MiniHdfs.main(args);
  }
}
