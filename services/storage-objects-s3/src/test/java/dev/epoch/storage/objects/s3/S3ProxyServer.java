package dev.epoch.storage.objects.s3;

import java.net.URI;
import java.nio.file.Path;
import java.util.Properties;
import org.gaul.s3proxy.BlobStores;
import org.gaul.s3proxy.S3Proxy;
import org.gaul.s3proxy.auth.AuthenticationType;

/** S3Proxy over a folder, on a free port. */
final class S3ProxyServer implements AutoCloseable {
  private final S3Proxy proxy;

  S3ProxyServer(Path folder) throws Exception {
    Properties properties = new Properties();
    properties.setProperty("jclouds.filesystem.basedir", folder.toString());
    proxy =
        S3Proxy.builder()
            .endpoint(URI.create("http://127.0.0.1:0"))
            .awsAuthentication(
                AuthenticationType.AWS_V2_OR_V4, S3Buckets.ACCESS_KEY, S3Buckets.SECRET_KEY)
            .blobStore(BlobStores.create("filesystem-nio2", properties))
            .v4MaxNonChunkedRequestSize(64 * 1024 * 1024)
            .build();
    proxy.start();
  }

  URI uri() {
    return URI.create("http://127.0.0.1:" + proxy.getPort());
  }

  @Override
  public void close() throws Exception {
    proxy.stop();
  }
}
