package dev.epoch.server.hostile;

import static org.assertj.core.api.Assertions.assertThat;

import dev.epoch.server.DatabasesForTests;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import java.sql.SQLException;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Hostile names and values: see {@link NameCases}. */
@QuarkusTest
@QuarkusTestResource(DatabasesForTests.class)
class HostileNamesTest {
  @Test
  void some() throws SQLException {
    run(60);
  }

  @Test
  @Tag("nightly")
  void more() throws SQLException {
    run(500);
  }

  @Test
  @Tag("long")
  void many() throws SQLException {
    run(10_000);
  }

  private static void run(int count) throws SQLException {
    DatabasesForTests.shop(
        "DROP TABLE IF EXISTS notes_of_names",
        "CREATE TABLE notes_of_names (k text PRIMARY KEY, v text)");
    try (Witness witness = Witness.start()) {
      ErrorLog log = new ErrorLog();
      Client client = Client.inNewRepository("hostile");
      client
          .post(
              "/tables",
              Client.object()
                  .put("name", "notes")
                  .put("location", DatabasesForTests.location("public.notes_of_names")))
          .expect(201);
      client
          .post("/commits", Client.object().put("message", "import").put("branch", "main"))
          .expect(201);

      new Cases("hostile names", count)
          .run(new NameCases(client, witness)::run, () -> "errors of PostgreSQL " + log.counts());

      assertThat(log.ofClasses("42", "XX", "0A", "22", "54")).isEmpty();
      client.delete("/tables/notes?force=true").expect(204, 200);
    }
  }
}
