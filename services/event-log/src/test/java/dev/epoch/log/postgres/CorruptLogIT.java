package dev.epoch.log.postgres;

import static org.assertj.core.api.Assertions.assertThat;

import dev.epoch.events.Actor;
import dev.epoch.events.Digest;
import dev.epoch.events.Envelope;
import dev.epoch.events.RecordKind;
import dev.epoch.log.CorruptChunkException;
import dev.epoch.log.CorruptLogException;
import dev.epoch.log.EventLog;
import dev.epoch.log.SnapshotStore;
import dev.epoch.log.testing.Seed;
import dev.epoch.log.testing.TestRecords;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.TreeMap;
import java.util.UUID;
import org.junit.jupiter.api.Test;

/**
 * Records, chunks and snapshots are changed, swapped, cut short and taken away behind the log's
 * back: each reading finds it.
 */
class CorruptLogIT extends PostgresLogScenario {
  private static final int RECORDS = 120;
  private static final int CORRUPTIONS = 500;

  /** Statements with places for a position, another position and a random number. */
  private static final Map<String, String> RECORD_CORRUPTIONS = new LinkedHashMap<>();

  static {
    RECORD_CORRUPTIONS.put(
        "bit of data",
        """
        UPDATE epoch.events SET data = convert_from(
          set_bit(convert_to(data, 'UTF8'), (%3$d %% octet_length(data)) * 8, 1 - get_bit(convert_to(data, 'UTF8'), (%3$d %% octet_length(data)) * 8)),
          'UTF8')
        WHERE position = %1$d
        """);
    RECORD_CORRUPTIONS.put(
        "data cut short",
        "UPDATE epoch.events SET data = left(data, %3$d %% length(data)) WHERE position = %1$d");
    RECORD_CORRUPTIONS.put(
        "data swapped",
        """
        UPDATE epoch.events AS e SET data = o.data
        FROM epoch.events AS o
        WHERE (e.position, o.position) IN ((%1$d, %2$d), (%2$d, %1$d))
        """);
    RECORD_CORRUPTIONS.put(
        "places swapped",
        """
        CREATE TABLE public.pair AS SELECT * FROM epoch.events WHERE position IN (%1$d, %2$d);
        DELETE FROM epoch.events WHERE position IN (%1$d, %2$d);
        UPDATE public.pair SET position = %1$d + %2$d - position;
        INSERT INTO epoch.events SELECT * FROM public.pair;
        DROP TABLE public.pair
        """);
    RECORD_CORRUPTIONS.put("row deleted", "DELETE FROM epoch.events WHERE position = %1$d");
    RECORD_CORRUPTIONS.put("end cut off", "DELETE FROM epoch.events WHERE position >= %1$d");
    RECORD_CORRUPTIONS.put(
        "time", "UPDATE epoch.events SET time = time + interval '1 us' WHERE position = %1$d");
    RECORD_CORRUPTIONS.put(
        "actor", "UPDATE epoch.events SET actor_id = actor_id || 'x' WHERE position = %1$d");
    RECORD_CORRUPTIONS.put(
        "key", "UPDATE epoch.events SET idempotency_key = '' WHERE position = %1$d");
    RECORD_CORRUPTIONS.put(
        "kind", "UPDATE epoch.events SET kind = 'command' WHERE position = %1$d");
    RECORD_CORRUPTIONS.put(
        "id", "UPDATE epoch.events SET id = gen_random_uuid() WHERE position = %1$d");
    RECORD_CORRUPTIONS.put(
        "digest",
        """
        UPDATE epoch.events SET digest = set_bit(digest, %3$d %% 256, 1 - get_bit(digest, %3$d %% 256))
        WHERE position = %1$d
        """);
  }

  @Test
  void everyCorruptionOfARecordIsFound() {
    // given
    Random random = Seed.random("corrupt records");
    PostgresEventLog log = open();
    List<Envelope> records = TestRecords.events(RECORDS);
    for (int i = 0; i < RECORDS; i++) {
      await(log.append("stream-" + i % 3, i / 3, List.of(records.get(i))));
    }
    clients.execute("CREATE TABLE public.intact AS SELECT * FROM epoch.events");
    assertThat(readAll(log)).hasSize(RECORDS);
    Map<String, Integer> found = new TreeMap<>();
    List<String> missed = new ArrayList<>();

    // when
    for (int i = 0; i < CORRUPTIONS; i++) {
      List<String> kinds = List.copyOf(RECORD_CORRUPTIONS.keySet());
      String kind = kinds.get(i % kinds.size());
      int one = 1 + random.nextInt(RECORDS);
      int other = 1 + (one + random.nextInt(RECORDS - 1)) % RECORDS;
      String sql = RECORD_CORRUPTIONS.get(kind).formatted(one, other, random.nextInt(1_000_000));
      clients.execute(sql);
      Object outcome =
          await(
              log.read(EventLog.ALL, 0)
                  .collect()
                  .asList()
                  .onItemOrFailure()
                  .transform((all, failure) -> failure == null ? all : failure));
      if (outcome instanceof CorruptLogException) {
        found.merge(kind, 1, Integer::sum);
      } else {
        missed.add(sql + " -> " + outcome.getClass());
      }
      clients.execute(
          "TRUNCATE epoch.events; INSERT INTO epoch.events SELECT * FROM public.intact");
    }
    clients.execute("DROP TABLE public.intact");

    // then
    System.out.printf(
        "corrupt records: %d of %d found: %s%n",
        found.values().stream().mapToInt(n -> n).sum(), CORRUPTIONS, found);
    assertThat(missed).isEmpty();
  }

  @Test
  void everyCorruptionOfAChunkOrSnapshotIsFound() {
    // given
    Random random = Seed.random("corrupt chunks");
    PostgresChunkStore chunks = new PostgresChunkStore(clients.pool());
    PostgresSnapshotStore snapshots = new PostgresSnapshotStore(clients.pool());
    int found = 0;

    for (int i = 0; i < CORRUPTIONS; i++) {
      // given
      byte[] content = new byte[1 + random.nextInt(3_000)];
      random.nextBytes(content);
      if (i % 2 == 0) {
        Arrays.fill(content, content.length / 3, content.length, (byte) 'x');
      }
      Digest digest = Digest.of(content);
      await(chunks.putAll(Map.of(digest, content)));
      await(snapshots.save(new SnapshotStore.Snapshot("s", i + 1L, 1, content)));
      int at = random.nextInt(1_000_000);

      // when
      for (String column : List.of("chunks SET content", "snapshots SET state")) {
        String name = column.substring(column.lastIndexOf(' ') + 1);
        String spoilt =
            i % 3 == 0
                ? "substr(%1$s, 1, %2$d %% length(%1$s))"
                : "set_bit(%1$s, %2$d %% (length(%1$s) * 8), 1 - get_bit(%1$s, %2$d %% (length(%1$s) * 8)))";
        clients.execute("UPDATE epoch." + column + " = " + spoilt.formatted(name, at));
      }
      Object chunk =
          await(
              chunks
                  .get(digest)
                  .onItemOrFailure()
                  .transform((bytes, failure) -> failure == null ? bytes : failure));
      Optional<SnapshotStore.Snapshot> snapshot = await(snapshots.latest("s", 1));

      // then
      boolean same = chunk instanceof byte[] bytes && Arrays.equals(bytes, content);
      assertThat(chunk instanceof CorruptChunkException || same).as("chunk %s", i).isTrue();
      assertThat(snapshot.map(SnapshotStore.Snapshot::state))
          .satisfiesAnyOf(
              state -> assertThat(state).isEmpty(), state -> assertThat(state).hasValue(content));
      found += chunk instanceof CorruptChunkException ? 1 : 0;
      clients.execute("DELETE FROM epoch.chunks; DELETE FROM epoch.snapshots");
    }
    System.out.printf(
        "corrupt chunks: %d of %d found; the others read as they were stored%n",
        found, CORRUPTIONS);
    assertThat(found).isGreaterThan(CORRUPTIONS * 9 / 10);
  }

  @Test
  void theDatabaseComputesTheSameDigest() {
    // given
    PostgresEventLog log = open();
    List<Envelope> odd = new ArrayList<>();
    for (String time :
        List.of("0001-01-01T00:00:00Z", "1969-12-31T23:59:59.999999Z", "9999-12-31T23:59:59Z")) {
      odd.add(
          new Envelope(
              UUID.randomUUID(),
              RecordKind.EVENT,
              "tÿpe",
              3,
              Instant.parse(time),
              new Actor("ada", "Ada \uD83D\uDE00", ""),
              UUID.randomUUID(),
              time.startsWith("0") ? null : "ké,y;",
              "{\"a\": \"\u00e9\uD83D\uDE00\"}"));
    }
    await(log.append("strëam", 0, odd));

    // then
    assertThat(
            clients.number(
                "SELECT count(*) FROM epoch.events WHERE digest = epoch.record_digest(position,"
                    + " stream, version, id, kind, type, schema_version, time, actor_id, actor_name,"
                    + " actor_email, causation, idempotency_key, data)"))
        .isEqualTo(odd.size());
    assertThat(readAll(log)).hasSize(odd.size());
  }
}
