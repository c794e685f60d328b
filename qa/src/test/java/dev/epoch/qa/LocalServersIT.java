package dev.epoch.qa;

import static org.assertj.core.api.Assertions.assertThat;

import dev.epoch.qa.process.Checkout;
import dev.epoch.qa.process.Database;
import dev.epoch.qa.process.Ports;
import dev.epoch.qa.process.Shell;
import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** {@code epoch init --metadata-url} where nothing runs but PostgreSQL. */
@Timeout(600)
class LocalServersIT {

  @TempDir Path home;

  @Test
  void theFirstCommandOfTheGuideStartsAServerThatLaterCommandsFind() throws Exception {
    try (EmbeddedPostgres postgres =
        EmbeddedPostgres.builder()
            .setServerConfig("fsync", "on")
            .setServerConfig("synchronous_commit", "on")
            .start()) {
      Database first =
          new Database("localhost", postgres.getPort(), "postgres", "postgres", "postgres");
      Database metadata = first.create("horizon_epoch");
      Database mydb = first.create("mydb");
      mydb.execute("CREATE TABLE users (id int PRIMARY KEY)", "INSERT INTO users VALUES (1), (2)");
      Shell folder = new Shell(Files.createDirectory(home.resolve("work")), variables());
      Shell second = new Shell(Files.createDirectory(home.resolve("second")), variables());
      Shell elsewhere = new Shell(Files.createDirectory(home.resolve("elsewhere")), variables());
      try {
        Shell.Result made = epoch(folder, "init my-data-repo --metadata-url " + metadata.url());
        assertThat(made.ok()).isEqualTo("Initialized repository 'my-data-repo' on branch 'main'\n");
        assertThat(made.err()).startsWith("Starting a server on postgresql://");
        epoch(folder, "table add users --location " + mydb.url() + "/public.users").ok();
        epoch(folder, "commit -m 'Add users'").ok();

        Shell.Result found = epoch(second, "init other --metadata-url " + metadata.url());
        assertThat(found.ok()).isEqualTo("Initialized repository 'other' on branch 'main'\n");
        assertThat(found.err()).isEmpty();
        assertThat(epoch(second, "table list").ok()).doesNotContain("users");

        Shell.Result refused = epoch(elsewhere, "commit -m 'not mine'");
        assertThat(refused.exitCode()).isEqualTo(3);
        assertThat(refused.err())
            .startsWith(
                "error: this folder belongs to no repository; the server has my-data-repo, other\n");

        epoch(folder, "local stop").ok();
        assertThat(epoch(folder, "log --oneline").err()).contains("'epoch local start'");
        epoch(folder, "local start").ok();
        assertThat(epoch(folder, "log --oneline").ok()).contains("Add users");
      } finally {
        epoch(folder, "local stop").ok();
      }
    }
  }

  private static Shell.Result epoch(Shell shell, String command) {
    return shell.bash(Checkout.epoch() + " " + command);
  }

  /** A program whose {@code bin/run} starts what was packaged, and builds nothing. */
  private Map<String, String> variables() throws Exception {
    Path run = Files.createDirectories(home.resolve("program/bin")).resolve("run");
    if (!Files.exists(run)) {
      Files.writeString(run, "#!/bin/sh\nexec " + Checkout.startServer() + "\n");
      Files.setPosixFilePermissions(run, PosixFilePermissions.fromString("rwx------"));
      Files.writeString(home.resolve("port"), String.valueOf(Ports.free()));
    }
    Map<String, String> variables = new HashMap<>(Checkout.javaHome());
    variables.put("EPOCH_HOME", home.resolve("program").toString());
    variables.put("EPOCH_DATA_DIR", home.resolve("data").toString());
    variables.put("EPOCH_API_PORT", Files.readString(home.resolve("port")));
    variables.put("EPOCH_JAVA_OPTIONS", "-Xmx768m -XX:TieredStopAtLevel=1 -XX:+UseSerialGC");
    variables.put("EPOCH_AUTHOR_NAME", "Your Name");
    variables.put("EPOCH_AUTHOR_EMAIL", "you@example.com");
    variables.put("NO_COLOR", "1");
    return variables;
  }
}
