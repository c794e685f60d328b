package dev.epoch.model.row;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.epoch.events.table.TableSchema;
import dev.epoch.model.Property;
import dev.epoch.model.Tables;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import javax.crypto.Cipher;
import javax.crypto.spec.ChaCha20ParameterSpec;
import javax.crypto.spec.SecretKeySpec;
import org.junit.jupiter.api.Test;

class ContentSumTest {
  private static final TableSchema TABLE =
      Tables.table("id bigint", "name text", "price numeric", "total *numeric");
  private final RowHasher hasher = new RowHasher(TABLE);

  @Test
  void orderDoesNotCount() {
    Property.holds(
        300,
        ContentSumTest::rows,
        ContentSumTest::withoutOne,
        rows -> {
          List<Row> shuffled = new ArrayList<>(rows);
          Collections.shuffle(shuffled, new Random(rows.size()));
          assertThat(sum(shuffled)).isEqualTo(sum(rows));
          assertThat(sum(shuffled).hash()).isEqualTo(sum(rows).hash());
        });
  }

  @Test
  void whatWasAddedCanBeRemoved() {
    Property.holds(
        300,
        random -> List.of(rows(random), rows(random)),
        pair -> List.of(),
        pair -> {
          ContentSum both = sum(pair.get(0)).plus(sum(pair.get(1)));
          pair.get(1).forEach(row -> both.remove(hasher, row));
          assertThat(both).isEqualTo(sum(pair.get(0)));
          assertThat(both.minus(sum(pair.get(0)))).isEqualTo(new ContentSum());
        });
  }

  @Test
  void aChangeAndItsInverseLeaveTheSumAsItWas() {
    RowChange change =
        new RowChange(RowKey.of("1"), Row.of("1", "a", "1", "2"), Row.of("1", "b", "1", "2"));
    ContentSum sum = sum(List.of(change.before()));
    String before = sum.toBase64();

    sum.apply(hasher, change);
    assertThat(sum).isEqualTo(sum(List.of(change.after())));
    sum.apply(hasher, change.inverse());

    assertThat(sum.toBase64()).isEqualTo(before);
  }

  @Test
  void rowsThatDifferHashDifferently() {
    List<Row> rows =
        List.of(
            Row.of("1", "a", "1", null),
            Row.of("1", "", "1", null),
            Row.of("1", null, "1", null),
            Row.of("1", "1", null, null),
            Row.of("1", "a", "10", null),
            Row.of("1a", "", "1", null),
            Row.of("1", "a\u0000", "1", null),
            Row.of("1", "\ud800", "1", null),
            Row.of("1", "?", "1", null),
            Row.of("1", "\ufffd", "1", null));

    assertThat(rows.stream().map(hasher::hash).distinct()).hasSize(rows.size());
  }

  @Test
  void rowsThatAreTheSameHashTheSame() {
    assertThat(hasher.hash(Row.of("1", "a", "1.0", "3")))
        .isEqualTo(hasher.hash(Row.of("1", "a", "1.00", "4")));
  }

  @Test
  void neitherOrderOfColumnsCountsNorNewColumnsThatAreNull() {
    RowHasher reordered = new RowHasher(Tables.table("price numeric", "id bigint", "name text"));
    RowHasher wider =
        new RowHasher(Tables.table("id bigint", "name text", "price numeric", "extra text"));

    assertThat(reordered.hash(Row.of("1.5", "7", "x")))
        .isEqualTo(hasher.hash(Row.of("7", "x", "1.5", null)))
        .isEqualTo(wider.hash(Row.of("7", "x", "1.5", null)));
  }

  /** Hashes that were ever stored never change. */
  @Test
  void knownHashes() {
    assertThat(new ContentSum().hash())
        .hasToString("4f8f5f80c7d5d73c857454df3b56a09f5217a86c0b0765e066b89e6878541d0b");
    assertThat(hasher.hash(Row.of("1", "Ada", "1.50", null)))
        .hasToString("5076c2289c747fee8368033f2c18082e633d4c800d8d512166f67d6eac73c0e9");
    assertThat(sum(List.of(Row.of("1", "Ada", "1.50", null))).hash())
        .hasToString("e78f92c6a022fb45a49476c4a50a52ccabaf7fa28b85e4e9e90a049014d21f2d");
  }

  @Test
  void textAndBack() {
    ContentSum sum = sum(List.of(Row.of("1", "a", "1", null)));

    assertThat(ContentSum.fromBase64(sum.toBase64())).isEqualTo(sum);
    assertThat(sum.copy()).isEqualTo(sum).isNotSameAs(sum);
    assertThatThrownBy(() -> ContentSum.fromBase64("AAAA"))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> ContentSum.fromBase64("no base64!"))
        .isInstanceOf(IllegalArgumentException.class);
  }

  /** Against the cipher of the platform, whose key stream of zeros is the same. */
  @Test
  void lanesAreTheKeyStreamOfChaCha20() throws Exception {
    Random random = new Random(1);
    for (int i = 0; i < 200; i++) {
      byte[] key = new byte[32];
      random.nextBytes(key);
      Cipher cipher = Cipher.getInstance("ChaCha20");
      cipher.init(
          Cipher.ENCRYPT_MODE,
          new SecretKeySpec(key, "ChaCha20"),
          new ChaCha20ParameterSpec(new byte[12], 0));
      long[] expected = new long[ContentSum.LANES];
      ByteBuffer.wrap(cipher.doFinal(new byte[128]))
          .order(ByteOrder.LITTLE_ENDIAN)
          .asLongBuffer()
          .get(expected);

      long[] lanes = new long[ContentSum.LANES];
      LaneExpansion.expand(key, lanes);

      assertThat(lanes).containsExactly(expected);
    }
  }

  private ContentSum sum(List<Row> rows) {
    ContentSum sum = new ContentSum();
    rows.forEach(row -> sum.add(hasher, row));
    return sum;
  }

  private static List<Row> rows(Random random) {
    List<Row> rows = new ArrayList<>();
    for (int i = random.nextInt(10); i >= 0; i--) {
      rows.add(Row.of("" + random.nextInt(100), random.nextBoolean() ? null : "x", "1." + i, null));
    }
    return rows;
  }

  private static List<List<Row>> withoutOne(List<Row> rows) {
    List<List<Row>> smaller = new ArrayList<>();
    for (int i = 0; i < rows.size(); i++) {
      List<Row> fewer = new ArrayList<>(rows);
      fewer.remove(i);
      smaller.add(fewer);
    }
    return smaller;
  }
}
