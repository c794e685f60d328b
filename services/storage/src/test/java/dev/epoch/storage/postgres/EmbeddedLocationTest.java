package dev.epoch.storage.postgres;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.node.IntNode;
import com.fasterxml.jackson.databind.node.TextNode;
import dev.epoch.storage.StorageAdapter;
import dev.epoch.storage.StorageAdapterFactory.Settings;
import dev.epoch.storage.TablePath;
import dev.epoch.storage.error.BadLocationException;
import dev.epoch.storage.location.AddressRules;
import dev.epoch.storage.postgres.PostgresStorageAdapterFactory.MetadataServer;
import dev.epoch.storage.postgres.connection.CertificateFiles;
import dev.epoch.storage.postgres.query.QueryLimits;
import dev.epoch.storage.testing.StoragePostgres;
import dev.epoch.storage.testing.TestDatabase;
import java.net.URI;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Databases on the PostgreSQL that the server itself has started are known by name. */
class EmbeddedLocationTest {
  private static final MetadataServer HERE = new MetadataServer("127.0.0.1", 15432, true);

  private static PostgresStorageAdapterFactory factory(MetadataServer server) {
    return new PostgresStorageAdapterFactory(
        StoragePostgres.vertx(),
        new CertificateFiles(Optional.empty(), false),
        AddressRules.ANYTHING,
        QueryLimits.DEFAULT,
        Optional.ofNullable(server));
  }

  @ParameterizedTest
  @CsvSource({
    // host, port, started here, host that is kept
    "127.0.0.1, 15432, true, embedded",
    "localhost, 15432, true, embedded",
    "[::1], 15432, true, embedded",
    "embedded, 15432, true, embedded",
    "embedded, 5432, true, embedded",
    "127.0.0.1, 5432, true, 127.0.0.1",
    "db.example, 15432, true, db.example",
    // a server with a PostgreSQL of its operator's
    "127.0.0.1, 15432, false, 127.0.0.1"
  })
  void areKeptByNameHoweverTheyAreCalled(String host, int port, boolean started, String kept) {
    PostgresStorageAdapterFactory factory =
        factory(new MetadataServer("127.0.0.1", 15432, started));
    String url = "postgresql://postgres:secret@" + host + ":" + port + "/shop";

    Settings settings = factory.database(url);

    assertThat(settings.config().get("host")).isEqualTo(TextNode.valueOf(kept));
    assertThat(settings.config().containsKey("port")).isEqualTo(!kept.equals("embedded"));
    assertThat(settings.secrets()).containsEntry("password", "secret");
    assertThat(factory.parse(url + "/public.t").settings()).isEqualTo(settings);
    assertThat(
            factory.settings(
                Map.of(
                    "host",
                    TextNode.valueOf(host.replaceAll("[\\[\\]]", "")),
                    "port",
                    IntNode.valueOf(port),
                    "database",
                    TextNode.valueOf("shop"),
                    "username",
                    TextNode.valueOf("postgres"),
                    "password",
                    TextNode.valueOf("secret"))))
        .isEqualTo(settings);
  }

  /** Its former port may be somebody else's: nothing is sent there. */
  @Test
  void areConnectedToWhereTheServerListensNow() {
    try (TestDatabase database = StoragePostgres.database()) {
      database.execute("CREATE TABLE t (id int PRIMARY KEY)");
      Settings settings =
          factory(HERE)
              .database(
                  "postgresql://%1$s:%1$s@127.0.0.1:15432/%2$s"
                      .formatted(database.owner(), database.name()));
      int moved = URI.create(database.url()).getPort();
      for (boolean started : new boolean[] {true, false}) {
        MetadataServer there = new MetadataServer("127.0.0.1", moved, started);
        try (StorageAdapter adapter = factory(there).open(settings)) {
          assertThat(adapter.tables()).contains(new TablePath("public", "t"));
        }
      }
    }
  }

  @Test
  void areRefusedWhereNoServerIsKnown() {
    Settings settings = factory(HERE).database("postgresql://postgres@localhost:15432/shop");

    assertThatThrownBy(() -> factory(null).open(settings))
        .isInstanceOfSatisfying(
            BadLocationException.class,
            e -> assertThat(e.remedy()).contains("epoch storage update"));
  }
}
