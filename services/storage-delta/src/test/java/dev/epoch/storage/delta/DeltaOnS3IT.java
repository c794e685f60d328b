package dev.epoch.storage.delta;

import static org.assertj.core.api.Assertions.assertThat;

import dev.epoch.storage.delta.file.ObjectFileIO;
import dev.epoch.storage.objects.ObjectContent;
import dev.epoch.storage.objects.ObjectStore;
import dev.epoch.storage.objects.ObjectStores;
import dev.epoch.storage.objects.Surroundings;
import dev.epoch.storage.objects.disk.DiskObjectStore;
import io.delta.kernel.Operation;
import io.delta.kernel.Table;
import io.delta.kernel.defaults.engine.DefaultEngine;
import io.delta.kernel.engine.Engine;
import io.delta.kernel.types.LongType;
import io.delta.kernel.types.StructType;
import io.delta.kernel.utils.CloseableIterable;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Stream;
import org.gaul.s3proxy.BlobStores;
import org.gaul.s3proxy.S3Proxy;
import org.gaul.s3proxy.auth.AuthenticationType;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Tables in S3, where there are no directories: on S3Proxy. */
@Timeout(120)
class DeltaOnS3IT {
  private static final int WRITERS = 16;

  private static S3Proxy server;
  private static ObjectStore store;

  @BeforeAll
  static void start(@TempDir Path folder) throws Exception {
    Files.createDirectory(folder.resolve("lake"));
    Properties properties = new Properties();
    properties.setProperty("jclouds.filesystem.basedir", folder.toString());
    server =
        S3Proxy.builder()
            .endpoint(URI.create("http://127.0.0.1:0"))
            .awsAuthentication(AuthenticationType.AWS_V2_OR_V4, "access", "secret")
            .blobStore(BlobStores.create("filesystem-nio2", properties))
            .build();
    server.start();
    store =
        new ObjectStores(Surroundings.ANYTHING)
            .open(
                "s3://lake/delta",
                Map.of(
                    "endpoint", "http://127.0.0.1:" + server.getPort(),
                    "force_path_style", "true",
                    "access_key", "access",
                    "secret_key", "secret"));
  }

  @AfterAll
  static void stop() throws Exception {
    store.close();
    server.stop();
  }

  private static void copy(Path golden, String table) throws IOException {
    try (Stream<Path> files = Files.walk(golden.resolve(table))) {
      for (Path file : files.filter(Files::isRegularFile).toList()) {
        store.put(golden.relativize(file).toString(), ObjectContent.of(file));
      }
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "v2-checkpoint-parquet",
        "dv-with-columnmapping",
        "basic-with-inserts-deletes-checkpoint",
        "data-reader-escaped-chars",
        "hive/deltatbl-special-chars-in-partition-column",
        "parquet-all-types"
      })
  void tablesAreReadAsOnADisk(String table) throws IOException {
    Path golden = GoldenTables.folder();
    copy(golden, table);
    RowDigest onDisk;
    try (ObjectStore disk = new DiskObjectStore(golden)) {
      onDisk = RowDigest.of(new DeltaTables(disk).latest(table));
    }

    assertThat(RowDigest.of(new DeltaTables(store).latest(table))).isEqualTo(onDisk);
  }

  @Test
  void oneOfManyMakesTheTable() throws Exception {
    Engine engine = DefaultEngine.create(new ObjectFileIO(store));
    Table table = Table.forPath(engine, ObjectFileIO.path("made"));
    CountDownLatch ready = new CountDownLatch(WRITERS);
    List<Future<Long>> all = new ArrayList<>();
    try (ExecutorService threads = Executors.newFixedThreadPool(WRITERS)) {
      for (int i = 0; i < WRITERS; i++) {
        StructType type = new StructType().add("c" + i, LongType.LONG);
        all.add(
            threads.submit(() -> {
              ready.countDown();
              ready.await();
              return table
                  .createTransactionBuilder(engine, "test", Operation.CREATE_TABLE)
                  .withSchema(engine, type)
                  .build(engine)
                  .commit(engine, CloseableIterable.emptyIterable())
                  .getVersion();
            }));
      }
    }

    List<String> winners = new ArrayList<>();
    for (int i = 0; i < WRITERS; i++) {
      if (all.get(i).state() == Future.State.SUCCESS) {
        winners.add("c" + i);
      }
    }
    assertThat(winners).hasSize(1);
    assertThat(new DeltaTables(store).at("made", 0).columns().getFirst().name())
        .isEqualTo(winners.getFirst());
  }
}
