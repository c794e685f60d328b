package dev.epoch.server.hostile;

import static dev.epoch.server.hostile.Client.address;
import static dev.epoch.server.hostile.Client.array;
import static dev.epoch.server.hostile.Client.encoded;
import static dev.epoch.server.hostile.Client.object;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.epoch.server.DatabasesForTests;
import java.util.List;
import java.util.Random;
import java.util.UUID;

/**
 * Cases with hostile names and values. What is accepted must read back as it was given; what is
 * refused must leave nothing behind.
 */
final class NameCases {
  private final Client client;
  private final Witness witness;

  /**
   * @param client in a repository with a table {@code notes (k text PRIMARY KEY, v text)}
   */
  NameCases(Client client, Witness witness) {
    this.client = client;
    this.witness = witness;
  }

  String run(Random random, int number) {
    String ended =
        switch (random.nextInt(10)) {
          case 0, 1 -> branch(random);
          case 2 -> repository(random);
          case 3 -> storage(random);
          case 4, 5 -> table(random, number);
          case 6 -> revision(random);
          case 7 -> tableName(random);
          default -> record(random, number);
        };
    witness.requireUntouched();
    return ended;
  }

  private String branch(Random random) {
    String name = Hostile.name(random);
    Answer answer = client.post("/branches", object().put("name", name).put("checkout", false));
    if (!answer.accepted()) {
      answer.expect(422, 409, 404);
      if (!name.equals("main")) {
        assertThat(names("/branches", "branches")).doesNotContain(name);
      }
      return "branch refused";
    }
    assertThat(answer.json().path("name").asText()).isEqualTo(name);
    assertThat(names("/branches", "branches")).contains(name);
    String key = UUID.randomUUID().toString();
    String value = Hostile.value(random);
    upsert("notes", name, key, value).expect(200);
    String message = Hostile.value(random);
    Answer commit = client.post("/commits", object().put("message", message).put("branch", name));
    if (commit.accepted()) {
      assertThat(commit.json().path("message").asText()).isEqualTo(message);
      JsonNode read =
          client.get("/tables/notes/records/" + key + "?ref=" + encoded(name)).expect(200).json();
      assertThat(read.path("v").asText()).isEqualTo(value);
      JsonNode history = client.get("/commits?limit=1&ref=" + encoded(name)).expect(200).json();
      assertThat(history.path("commits").path(0).path("message").asText()).isEqualTo(message);
    }
    client.get("/tables/notes/records/" + key + "?ref=main").expect(404);
    client.delete("/branches/" + encoded(name) + "?force=true").expect(204);
    client.get("/branches/" + encoded(name)).expect(404);
    return "branch accepted";
  }

  private String repository(Random random) {
    String name = Hostile.name(random) + (random.nextBoolean() ? "" : UUID.randomUUID());
    Answer answer =
        client.post(
            "/repositories", object().put("name", name).put("description", Hostile.value(random)));
    boolean listed = names("/repositories", "repositories").contains(name);
    assertThat(listed).isEqualTo(answer.accepted() || answer.status() == 409);
    if (!answer.accepted()) {
      answer.expect(422, 409);
      return "repository refused";
    }
    client.delete("/repositories/" + encoded(name)).expect(204, 200, 405);
    return "repository accepted";
  }

  private String storage(Random random) {
    String name = Hostile.name(random);
    String database = Hostile.value(random);
    Answer answer =
        client.post(
            "/storage",
            object()
                .put("name", name)
                .put("backend", random.nextInt(10) == 0 ? Hostile.name(random) : "postgresql")
                .set(
                    "config",
                    object()
                        .put("host", "localhost")
                        .put("port", DatabasesForTests.port())
                        .put("database", database)
                        .put("username", random.nextBoolean() ? "postgres" : Hostile.value(random))
                        .put("password", "postgres")));
    if (!answer.accepted()) {
      answer.expect(422, 409);
      assertThat(names("/storage", "storage")).doesNotContain(name);
      return "storage refused";
    }
    assertThat(answer.text()).doesNotContain("\"password\":\"postgres\"");
    String path = "/storage/" + encoded(name);
    client.get(path).expect(200);
    client.post(path + "/test", null).expect(200);
    client.delete(path).expect(204);
    client.get(path).expect(404);
    return "storage accepted";
  }

  /** A table whose schema, name and columns are hostile, with a row written on a branch of it. */
  private String table(Random random, int number) {
    String schema = Hostile.cut("s" + number + Hostile.identifier(random), 63);
    String table = Hostile.identifier(random);
    String key = Hostile.cut("k" + Hostile.identifier(random), 63);
    String column = Hostile.cut("v" + Hostile.identifier(random), 63);
    String qualified = quoted(schema) + "." + quoted(table);
    witness.execute(
        List.of(
            "CREATE SCHEMA " + quoted(schema),
            "CREATE TABLE %s (%s text PRIMARY KEY, %s text)"
                .formatted(qualified, quoted(key), quoted(column)),
            "INSERT INTO %s VALUES ('one', 'first')".formatted(qualified)));
    witness.remember();
    String name = random.nextBoolean() ? table : Hostile.name(random);
    Answer added =
        client.post(
            "/tables",
            object()
                .put("name", name)
                .put("location", DatabasesForTests.location(encoded(qualified))));
    String ended = "table refused";
    if (added.accepted()) {
      assertThat(added.json().path("name").asText()).isEqualTo(name);
      write(random, number, name, key, column);
      client.delete("/tables/" + encoded(name) + "?force=true").expect(204, 200);
      ended = "table accepted";
    } else {
      added.expect(422, 409);
    }
    if (!name.equals(".") && !name.equals("..")) {
      // these two mean another address, as every client and server has it
      client.get("/tables/" + address(name)).expect(404, 400, 422);
    }
    witness.requireUntouched();
    assertThat(
            witness.number(
                "SELECT count(*) FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid"
                    + " JOIN pg_namespace n ON n.oid = c.relnamespace"
                    + " WHERE NOT t.tgisinternal AND n.nspname LIKE 's"
                    + number
                    + "%'"))
        .as("triggers left behind")
        .isZero();
    witness.execute(List.of("DROP SCHEMA " + quoted(schema) + " CASCADE"));
    witness.remember();
    return ended;
  }

  private void write(Random random, int number, String name, String key, String column) {
    String branch = "t" + number;
    client.post("/commits", object().put("message", "import").put("branch", "main")).expect(201);
    client.post("/branches", object().put("name", branch).put("checkout", false)).expect(201);
    String keyValue = "k" + Hostile.value(random);
    String value = Hostile.value(random);
    client
        .post(
            "/tables/" + encoded(name) + "/records?branch=" + branch,
            object().set("upsert", array().add(object().put(key, keyValue).put(column, value))))
        .expect(200);
    client.post("/commits", object().put("message", "two").put("branch", branch)).expect(201);
    JsonNode records =
        client
            .get("/tables/" + encoded(name) + "/records?ref=" + branch)
            .expect(200)
            .json()
            .path("records");
    assertThat(records.size()).isEqualTo(2);
    assertThat(records.findValues(column).stream().map(JsonNode::asText)).contains(value);
    JsonNode answer =
        client
            .post(
                "/query",
                object()
                    .put("ref", branch)
                    .put(
                        "sql",
                        "SELECT %s FROM %s WHERE %s = $1"
                            .formatted(quoted(column), quoted(name), quoted(key)))
                    .set("params", array().add(keyValue)))
            .expect(200)
            .json();
    assertThat(answer.path("rows").path(0).path(0).asText()).isEqualTo(value);
    client.get("/diff/" + encoded(name) + "?base=main&target=" + branch).expect(200);
    client
        .post("/branches/merge", object().put("source", branch).put("target", "main"))
        .expect(200);
    client
        .get(
            "/tables/" + encoded(name) + "/records?ref=main&where=" + encoded(key + ":" + keyValue))
        .expect(200, 422);
    client.delete("/branches/" + branch + "?force=true").expect(204);
  }

  private String revision(Random random) {
    String text = Hostile.wellFormed(Hostile.name(random));
    String ref = address(text);
    int status = client.get("/commits?ref=" + ref).status();
    client.get("/commits/" + ref);
    client.get("/branches/" + ref);
    client.get("/tables/notes/records?ref=" + ref);
    client.get("/commits/diff?base=" + ref + "&target=main");
    client.get("/branches/compare?source=main&target=" + ref);
    client.get("/commits?author=" + ref + "&table=" + ref);
    client.get("/tables/notes/records?where=" + ref);
    client.get("/tables/notes/records?after=" + ref);
    client.get("/events?type=" + ref + "&branch=" + ref);
    client.get("/snapshots?ref=" + ref);
    client.get("/storage/" + ref);
    client.get("/repositories/" + ref);
    client.get("/conflicts?branch=" + ref + "&table=" + ref);
    return status < 300 ? "revision found" : "revision refused";
  }

  /** Names of tables that are not there, wherever one can be named. */
  private String tableName(Random random) {
    String name = Hostile.name(random);
    if (name.equals("HEAD") || name.equals("@")) {
      // the only hostile names that are a revision, too
      name += "~9999";
    }
    client
        .post(
            "/tables",
            object().put("name", name).put("location", DatabasesForTests.location("public.none")))
        .expect(404, 409, 422);
    client
        .post("/tables", object().put("name", "t").put("location", Hostile.name(random)))
        .expect(404, 422);
    client
        .post(
            "/tables",
            object()
                .put("name", "t")
                .put(
                    "location",
                    DatabasesForTests.location(
                        encoded("missing" + Hostile.wellFormed(Hostile.name(random))))))
        .expect(404, 422, 409);
    client.post("/stage", object().set("tables", array().add(name))).expect(404, 422);
    client
        .post(
            "/branches",
            object().put("name", "never").put("start_point", name).put("checkout", false))
        .expect(404, 422);
    client
        .post("/branches/merge", object().put("source", name).put("target", "main"))
        .expect(404, 422, 409);
    client
        .post("/query", object().put("sql", "SELECT 1").put("ref", name))
        .expect(404, 422, 400, 200);
    assertThat(names("/tables", "tables")).containsExactly("notes");
    return "missing table";
  }

  /** Hostile keys, values, messages and authors on the live table. */
  private String record(Random random, int number) {
    String key = number + Hostile.value(random);
    String value = Hostile.value(random);
    upsert("notes", "main", key, value).expect(200);
    Client author = client.author(Hostile.value(random), Hostile.pieces(random, 3));
    String message = Hostile.name(random);
    Answer commit = author.post("/commits", object().put("message", message).put("branch", "main"));
    if (commit.accepted()) {
      assertThat(commit.json().path("message").asText()).isEqualTo(message);
      JsonNode again = client.get("/commits/" + commit.json().path("id").asText()).json();
      assertThat(again.path("message").asText()).isEqualTo(message);
      assertThat(again.path("author")).isEqualTo(commit.json().path("author"));
    } else {
      commit.expect(422);
      client.post("/commits", object().put("message", "m").put("branch", "main")).expect(201);
    }
    JsonNode read =
        client
            .post(
                "/query",
                object()
                    .put("sql", "SELECT k, v FROM notes WHERE k = $1 AND v = $2")
                    .set("params", array().add(key).add(value)))
            .expect(200)
            .json();
    assertThat(read.path("rows").path(0).path(0).asText()).isEqualTo(key);
    Answer one = client.get("/tables/notes/records/" + encoded(key));
    one.expect(200);
    assertThat(one.json().path("v").asText()).isEqualTo(value);
    client
        .post(
            "/tables/notes/records?branch=main",
            object().set("delete", array().add(object().put("k", key))))
        .expect(200);
    String zero = "a\u0000b";
    upsert("notes", "main", zero, value).expect(422);
    upsert("notes", "main", "zero", zero).expect(422);
    client.post("/commits", object().put("message", "gone").put("branch", "main")).expect(201);
    return commit.accepted() ? "record, message accepted" : "record, message refused";
  }

  private Answer upsert(String table, String branch, String key, String value) {
    return client.post(
        "/tables/" + encoded(table) + "/records?branch=" + encoded(branch),
        object().set("upsert", array().add(object().put("k", key).put("v", value))));
  }

  private List<String> names(String path, String list) {
    JsonNode listing = client.get(path).expect(200).json();
    assertThat(listing.has(list)).as(listing.toString()).isTrue();
    return listing.path(list).findValuesAsText("name");
  }

  private static String quoted(String name) {
    return "\"" + name.replace("\"", "\"\"") + "\"";
  }
}
