package dev.epoch.model.commit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.epoch.events.Actor;
import dev.epoch.events.Digest;
import dev.epoch.events.table.RowsLocation;
import dev.epoch.events.table.TableEntry;
import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

class CommitIdsTest {
  private static final Actor ADA = new Actor("ada", "Ada", "ada@example.com");
  private static final Instant TIME = Instant.parse("2024-12-18T10:45:00.123456Z");
  private static final CommitId PARENT = new CommitId("11".repeat(32));
  private static final Digest SCHEMA = new Digest("aa".repeat(32));
  private static final Digest CONTENT = new Digest("bb".repeat(32));

  /** The encoding written once more, by hand, from its description. */
  @Test
  void theIdIsTheHashOfTheDescribedBytes() throws IOException {
    // given
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    DataOutputStream out = new DataOutputStream(bytes);
    out.writeBytes("epoch commit v1\n");
    out.writeInt(1);
    out.write(java.util.HexFormat.of().parseHex(PARENT.hex()));
    out.writeInt(2);
    for (String table : List.of("orders", "users")) {
      text(out, table);
      out.write(java.util.HexFormat.of().parseHex(SCHEMA.hex()));
      out.write(java.util.HexFormat.of().parseHex(CONTENT.hex()));
      out.writeLong(table.equals("users") ? 7 : 3);
    }
    text(out, "ada");
    text(out, "Ada");
    text(out, "ada@example.com");
    text(out, "für alle 😀");
    out.writeLong(TIME.getEpochSecond());
    out.writeInt(TIME.getNano());

    // when
    CommitId id =
        CommitIds.compute(
            List.of(PARENT),
            tables(entry("users", 7), entry("orders", 3)),
            ADA,
            "für alle 😀",
            TIME);

    // then
    assertThat(id).isEqualTo(CommitId.of(Digest.of(bytes.toByteArray())));
  }

  private static void text(DataOutputStream out, String text) throws IOException {
    byte[] utf8 = text.getBytes(StandardCharsets.UTF_8);
    out.writeInt(utf8.length);
    out.write(utf8);
  }

  /** An id that was ever given never changes. */
  @Test
  void theIdOfAKnownCommit() {
    assertThat(CommitIds.compute(List.of(), Map.of(), ADA, "start", TIME))
        .hasToString("50c0569313f019e7be95d975ed0fbd701a0282393a4be8f913b461bea11609fa");
  }

  @Test
  void everyPartCounts() {
    Map<String, TableEntry> tables = tables(entry("users", 7));
    Set<CommitId> ids = new HashSet<>();
    ids.add(CommitIds.compute(List.of(PARENT), tables, ADA, "m", TIME));
    ids.add(CommitIds.compute(List.of(), tables, ADA, "m", TIME));
    ids.add(CommitIds.compute(List.of(PARENT, PARENT), tables, ADA, "m", TIME));
    ids.add(CommitIds.compute(List.of(PARENT), Map.of(), ADA, "m", TIME));
    ids.add(CommitIds.compute(List.of(PARENT), tables(entry("user", 7)), ADA, "m", TIME));
    ids.add(CommitIds.compute(List.of(PARENT), tables(entry("users", 8)), ADA, "m", TIME));
    ids.add(CommitIds.compute(List.of(PARENT), tables, new Actor("a", "daAda", ""), "m", TIME));
    ids.add(CommitIds.compute(List.of(PARENT), tables, new Actor("ad", "aAda", ""), "m", TIME));
    ids.add(CommitIds.compute(List.of(PARENT), tables, ADA, "m\u0000", TIME));
    ids.add(CommitIds.compute(List.of(PARENT), tables, ADA, "\ud800", TIME));
    ids.add(CommitIds.compute(List.of(PARENT), tables, ADA, "?", TIME));
    ids.add(CommitIds.compute(List.of(PARENT), tables, ADA, "m", TIME.plusNanos(1)));

    assertThat(ids).hasSize(12);
  }

  @Test
  void whereRowsAreDoesNotCount() {
    TableEntry here = entry("users", 7);
    TableEntry there =
        new TableEntry(
            "t2", "users", SCHEMA, CONTENT, "sum", 7, RowsLocation.live(99), CONTENT, 1, 2, 3);

    assertThat(CommitIds.compute(List.of(), tables(here), ADA, "m", TIME))
        .isEqualTo(CommitIds.compute(List.of(), tables(there), ADA, "m", TIME));
  }

  @Test
  void aTableUnderAnotherNameIsRefused() {
    assertThatThrownBy(
            () -> CommitIds.compute(List.of(), Map.of("x", entry("users", 7)), ADA, "m", TIME))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void idsAreSixtyFourDigits() {
    assertThat(PARENT.abbreviated()).isEqualTo("1111111");
    assertThatThrownBy(() -> new CommitId("12")).isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> new CommitId("AA".repeat(32)))
        .isInstanceOf(IllegalArgumentException.class);
  }

  private static TableEntry entry(String name, long rows) {
    return new TableEntry(
        "t1", name, SCHEMA, CONTENT, "", rows, RowsLocation.live(0), null, 0, 0, 0);
  }

  private static Map<String, TableEntry> tables(TableEntry... entries) {
    Map<String, TableEntry> tables = new LinkedHashMap<>();
    for (TableEntry entry : entries) {
      tables.put(entry.name(), entry);
    }
    return tables;
  }
}
