package dev.epoch.server.hostile;

import static dev.epoch.server.hostile.Client.array;
import static dev.epoch.server.hostile.Client.object;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import dev.epoch.server.DatabasesForTests;
import java.util.List;
import java.util.Random;

/**
 * Hostile statements for {@code POST /query}. Whatever is answered: nothing was changed, nothing of
 * a statement is left in the session that the next one gets, and no answer shows what is no table
 * of the repository.
 *
 * <pre>
 *   statement --> answer in the documented form --> the next statement's session --> the witness
 * </pre>
 */
final class QueryCases {
  /**
   * What must never stand in an answer: the canary's rows, passwords of roles, the server's files.
   */
  private static final List<String> SECRETS = List.of("alive", "SCRAM-SHA-256", "root:x:");

  /** Everything of a session that a statement could have changed and the next one would notice. */
  private static final String SESSION =
      """
      SELECT
        current_user, session_user, current_setting('role'), current_setting('search_path'),
        current_setting('transaction_read_only'), current_setting('transaction_isolation'),
        current_setting('default_transaction_read_only'),
        current_setting('default_transaction_isolation'),
        current_setting('session_replication_role'), current_setting('statement_timeout'),
        current_setting('idle_in_transaction_session_timeout'), current_setting('lock_timeout'),
        current_setting('TimeZone'), current_setting('DateStyle'), current_setting('IntervalStyle'),
        current_setting('extra_float_digits'), current_setting('bytea_output'),
        current_setting('standard_conforming_strings'), current_setting('work_mem'),
        coalesce(current_setting('epoch.trap', true), ''),
        ARRAY(SELECT pg_listening_channels()),
        to_regclass('pg_temp.stolen')::text,
        (SELECT string_agg(k || '=' || v, ',' ORDER BY k) FROM notes)
      """;

  private final Client client;
  private final Witness witness;
  private final List<String> references;
  private final String clean;

  /**
   * @param client in a repository with a table {@code notes (k text PRIMARY KEY, v text)} of which
   *     all references have the same rows
   * @param references branches, to be asked in turn
   */
  QueryCases(Client client, Witness witness, List<String> references) {
    this.client = client;
    this.witness = witness;
    this.references = references;
    this.clean = session("main");
  }

  /** A statement that must not be answered. */
  String refused(String sql, int number) {
    Answer answer = ask(sql, reference(number));
    assertThat(answer.status()).as("%s: %s", sql, answer.text()).isBetween(400, 499);
    requireNothingLeft(number);
    return "refused";
  }

  /** A statement that may be answered, the same each time: nothing of it is left. */
  String withoutTrace(String sql, int number) {
    Answer first = ask(sql, reference(number));
    requireNothingLeft(number);
    Answer second = ask(sql, reference(number));
    requireNothingLeft(number);
    assertThat(second.status()).as("%s, again: %s", sql, second.text()).isEqualTo(first.status());
    return first.accepted() ? "answered" : "refused";
  }

  /** A statement that is stopped, and of which nothing runs on. */
  String stopped(String sql, int number) {
    long start = System.nanoTime();
    Answer answer = ask(sql, reference(number));
    long milliseconds = (System.nanoTime() - start) / 1_000_000;
    assertThat(answer.status()).as("%s: %s", sql, answer.text()).isIn(504, 422);
    assertThat(milliseconds).as(sql).isLessThan(DatabasesForTests.QUERY_MILLISECONDS + 6_000L);
    witness.requireQuiet();
    requireNothingLeft(number);
    return answer.status() == 504 ? "stopped" : "refused";
  }

  /** A random statement, or random values for a harmless one. */
  String random(Random random, int number) {
    if (random.nextInt(6) == 0) {
      return parameters(random, number);
    }
    Answer answer = ask(new QueryGrammar(random).statement(), reference(number));
    requireNothingLeft(number);
    return answer.accepted() ? "answered" : answer.status() == 504 ? "stopped" : "refused";
  }

  /** Values come back as they were given, wherever they stand. */
  private String parameters(Random random, int number) {
    String text = Hostile.value(random);
    ArrayNode texts = array().add(Hostile.value(random)).addNull().add(Hostile.value(random));
    JsonNode json = object().put(Hostile.value(random), Hostile.value(random));
    JsonNode answer =
        client
            .post(
                "/query",
                object()
                    .put("ref", reference(number))
                    .put(
                        "sql",
                        "SELECT $1::text, $2::text[], $3::jsonb, $1 = $1, '$1' WHERE $1 <> $4")
                    .set("params", array().add(text).add(texts).add(json).add(text + "'")))
            .expect(200)
            .json();
    assertThat(answer.path("rows").path(0))
        .isEqualTo(array().add(text).add(texts).add(json).add(true).add("$1"));
    requireNothingLeft(number);
    return "values read back";
  }

  private Answer ask(String sql, String reference) {
    Answer answer = client.send("POST", "/query", object().put("sql", sql).put("ref", reference));
    if (answer.status() != 504) {
      answer.documented();
    }
    assertThat(SECRETS).as("%s: %s", sql, answer.text()).noneMatch(answer.text()::contains);
    return answer;
  }

  private void requireNothingLeft(int number) {
    String session = session(reference(number + 1));
    assertThat(session).as("the next statement's session").isEqualTo(clean);
    witness.requireUntouched();
  }

  private String session(String reference) {
    return client
        .post("/query", object().put("sql", SESSION).put("ref", reference))
        .expect(200)
        .json()
        .path("rows")
        .toString();
  }

  private String reference(int number) {
    return references.get(Math.floorMod(number, references.size()));
  }
}
