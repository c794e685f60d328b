package dev.epoch.storage.postgres.catalog;

import static org.assertj.core.api.Assertions.assertThat;

import dev.epoch.storage.postgres.VersionedDatabase;
import dev.epoch.storage.postgres.codec.Quote;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;

class LayoutTest {
  private static final String TABLE = "tq3k9abcdefgh";
  private static final String BRANCH = "b07fmabcdefgh";

  @Test
  void javaAndSqlGiveTheSameNames() {
    try (VersionedDatabase database = VersionedDatabase.start()) {
      // given
      database.connections().writeOnly(EpochSchema::ensure);
      for (String name :
          List.of(
              "users",
              "Users",
              "order items",
              "a\"b'c",
              "über",
              "日本語テーブル",
              "😀 smile",
              "",
              "_x",
              "1st",
              "a_table_with_quite_a_long_name",
              "ÀÉÎõ",
              "x$y%z",
              "feature/x")) {
        Layout layout = new Layout(Layout.tableLabel(name), TABLE);
        String branchLabel = Layout.branchLabel(name);

        // when
        List<List<String>> names =
            database
                .sql()
                .rows(
                    """
                    SELECT
                      label,
                      epoch.object_name('w', label, '%1$s'),
                      epoch.object_name('h', label, '%1$s'),
                      epoch.object_name('c', label, '%1$s'),
                      epoch.object_name('v', label, '%1$s', branch_label, '%2$s'),
                      epoch.object_name('d', label, '%1$s', branch_label, '%2$s'),
                      epoch.object_name('vw', label, '%1$s', branch_label, '%2$s'),
                      epoch.object_name('vh', label, '%1$s', branch_label, '%2$s')
                    FROM (
                      SELECT epoch.label(n, 16) AS label, epoch.label(n, 12) AS branch_label
                      FROM (SELECT ?::text AS n) AS named
                    ) AS labels
                    """
                        .formatted(TABLE, BRANCH),
                    name);

        // then
        Layout.Overlay overlay = layout.overlay(branchLabel, BRANCH);
        assertThat(names)
            .containsExactly(
                List.of(
                    layout.label(),
                    layout.workingSet(),
                    layout.history(),
                    layout.captureFunction(),
                    overlay.rows(),
                    overlay.tombstones(),
                    overlay.workingSet(),
                    overlay.history()));
        assertThat(names.getFirst())
            .allSatisfy(physical ->
                assertThat(physical.getBytes(StandardCharsets.UTF_8).length)
                    .isLessThanOrEqualTo(Quote.LONGEST_NAME));
      }
    }
  }

  @Test
  void labelsAreReadable() {
    assertThat(Layout.tableLabel("Order Items (2024)")).isEqualTo("order_items__202");
    assertThat(Layout.branchLabel("feature/x")).isEqualTo("feature_x");
    assertThat(new Layout("users", TABLE).overlay("feature_x", BRANCH).history())
        .isEqualTo("users__vh_feature_x_" + TABLE + "_" + BRANCH);
  }
}
