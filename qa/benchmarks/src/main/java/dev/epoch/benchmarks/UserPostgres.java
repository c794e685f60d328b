package dev.epoch.benchmarks;

import dev.epoch.qa.process.Database;
import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The PostgreSQL that a user would have: durable, and set up for the memory of the machine; all
 * else is PostgreSQL's default.
 */
public final class UserPostgres implements AutoCloseable {

  private static final long MEBIBYTE = 1L << 20;

  private final EmbeddedPostgres postgres;
  private final Map<String, String> settings;

  private UserPostgres(EmbeddedPostgres postgres, Map<String, String> settings) {
    this.postgres = postgres;
    this.settings = settings;
  }

  /** Starts it on a new data directory. */
  public static UserPostgres start(Path dataDirectory) throws IOException, SQLException {
    Map<String, String> settings = settings();
    EmbeddedPostgres.Builder builder =
        EmbeddedPostgres.builder().setDataDirectory(dataDirectory).setCleanDataDirectory(true);
    settings.forEach(builder::setServerConfig);
    UserPostgres postgres = new UserPostgres(builder.start(), settings);
    for (String durable : new String[] {"fsync", "synchronous_commit", "full_page_writes"}) {
      if (!postgres.database().rows("SHOW " + durable).equals(List.of("on"))) {
        throw new IllegalStateException(durable + " is off; its figures would mean nothing");
      }
    }
    return postgres;
  }

  /** What differs from PostgreSQL's defaults, or is worth to be named. */
  public Map<String, String> configuration() {
    return settings;
  }

  /** The database that is always there. */
  public Database database() {
    return new Database("127.0.0.1", postgres.getPort(), "postgres", "postgres", "postgres");
  }

  @Override
  public void close() throws IOException {
    postgres.close();
  }

  private static Map<String, String> settings() {
    var machine =
        (com.sun.management.OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();
    long memory = machine.getTotalMemorySize() / MEBIBYTE;
    Map<String, String> settings = new LinkedHashMap<>();
    settings.put("fsync", "on");
    settings.put("synchronous_commit", "on");
    settings.put("full_page_writes", "on");
    settings.put("shared_buffers", Math.min(memory / 4, 4096) + "MB");
    settings.put("effective_cache_size", memory / 2 + "MB");
    settings.put("maintenance_work_mem", "256MB");
    settings.put("max_wal_size", "8GB");
    settings.put("random_page_cost", "1.1");
    settings.put("max_connections", "300");
    return settings;
  }
}
