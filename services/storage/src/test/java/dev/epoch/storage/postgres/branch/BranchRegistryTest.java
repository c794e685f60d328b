package dev.epoch.storage.postgres.branch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.epoch.model.row.Row;
import dev.epoch.model.row.RowStream;
import dev.epoch.storage.branch.BranchHandle;
import dev.epoch.storage.error.StorageUnavailableException;
import dev.epoch.storage.postgres.TestRepository;
import dev.epoch.storage.state.RowQuery;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Databases are told of branches, also when somebody has removed what Epoch keeps there. */
class BranchRegistryTest {
  @Test
  void theSchemaIsMadeAgainWhenItIsGoneOrOld() {
    try (TestRepository repository =
        new TestRepository(
            "CREATE TABLE item (id integer PRIMARY KEY)", "INSERT INTO item VALUES (1)")) {
      // given
      repository.install("item");
      BranchHandle first = repository.branch("first", repository.main);
      repository.write(first, "INSERT INTO item VALUES (2)");

      // when another server has brought other functions
      repository.database.execute("UPDATE epoch.storage_version SET fingerprint = 'another'");
      repository.branch("second", repository.main);

      // then
      assertThat(
              repository.database.value(
                  "SELECT count(*) FROM epoch.branches WHERE name = 'second'"))
          .isEqualTo("1");
      assertThat(
              repository.database.value(
                  "SELECT count(*) FROM epoch.storage_version WHERE fingerprint = 'another'"))
          .isEqualTo("0");

      // when nothing is left
      repository.adapter.uninstall();
      repository.adapter.dropBranch(first);
      repository.adapter.putBranch(first, Map.of());

      // then
      assertThat(repository.database.value("SELECT string_agg(name, ' ') FROM epoch.branches"))
          .isEqualTo("first");
    }
  }

  @Test
  void aNameBelongsToTheBranchThatWasToldOfLast() {
    try (TestRepository repository =
        new TestRepository("CREATE TABLE item (id integer PRIMARY KEY)")) {
      // given
      repository.install("item");
      BranchHandle a = new BranchHandle(TestRepository.REPOSITORY, "b1", "a", false, 10);
      BranchHandle b = new BranchHandle(TestRepository.REPOSITORY, "b2", "b", false, 11);
      assertThat(repository.adapter.putBranch(a, Map.of())).isEmpty();
      assertThat(repository.adapter.putBranch(b, Map.of())).isEmpty();

      // when they exchange their names, and one is told of before the other
      assertThat(repository.adapter.putBranch(named(b, "a", 20), Map.of())).contains("b1");

      // then
      assertThat(names(repository)).isEqualTo("b1=~b1 b2=a");
      assertThat(repository.adapter.putBranch(named(a, "b", 20), Map.of())).isEmpty();
      assertThat(names(repository)).isEqualTo("b1=b b2=a");

      // when what was true before comes late
      assertThat(repository.adapter.putBranch(a, Map.of())).contains("b2");
      assertThat(repository.adapter.putBranch(b, Map.of())).contains("b1");

      // then
      assertThat(names(repository)).isEqualTo("b1=b b2=a");

      // when a branch that was not told of yet comes late, its name is another's by now
      BranchHandle late = new BranchHandle(TestRepository.REPOSITORY, "b3", "a", false, 15);
      assertThat(repository.adapter.putBranch(late, Map.of())).contains("b2");
      assertThat(names(repository)).isEqualTo("b1=b b2=a b3=~b3");
      assertThat(repository.adapter.putBranch(named(late, "c", 30), Map.of())).isEmpty();
      assertThat(names(repository)).isEqualTo("b1=b b2=a b3=c");

      // and other repositories have names of their own
      assertThat(
              repository.adapter.putBranch(
                  new BranchHandle("other", "b4", "a", false, 1), Map.of()))
          .isEmpty();
      assertThat(repository.adapter.branches(TestRepository.REPOSITORY))
          .containsExactlyInAnyOrder("bmain", "b1", "b2", "b3");
    }
  }

  private static BranchHandle named(BranchHandle branch, String name, long version) {
    return new BranchHandle(branch.repository(), branch.id(), name, branch.isDefault(), version);
  }

  private static String names(TestRepository repository) {
    return repository.database.value(
        """
        SELECT string_agg(branch_id || '=' || name, ' ' ORDER BY branch_id)
        FROM epoch.branches
        WHERE NOT is_default AND NOT dropped
        """);
  }

  @Test
  void branchesThatAnOlderServerMadeAreReadAfterAnUpgrade() {
    try (TestRepository repository =
        new TestRepository(
            "CREATE TABLE item (id integer PRIMARY KEY)", "INSERT INTO item VALUES (1)")) {
      // given
      repository.install("item");
      BranchHandle first = repository.branch("first", repository.main);
      repository.write(first, "INSERT INTO item VALUES (2)");
      repository.database.execute(
          "ALTER TABLE epoch.branch_tables DROP COLUMN copy_relation",
          "DROP FUNCTION epoch.hold_copy",
          "UPDATE epoch.storage_version SET fingerprint = 'old'");

      // when
      try (RowStream<Row> rows =
          repository.adapter.rows(
              repository.table("item"), repository.working(first, "item"), RowQuery.all())) {

        // then
        assertThat(rows).toIterable().hasSize(2);
      }
    }
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void whatABranchThatTheDatabaseWasNotToldOfIsAskedForIsToBeTriedLater(boolean onlyCommits) {
    try (TestRepository repository =
        new TestRepository(
            "CREATE TABLE item (id integer PRIMARY KEY)",
            "CREATE TABLE note (id integer PRIMARY KEY)")) {
      // given
      repository.install("item", "note");
      BranchHandle untold = repository.branch("first", repository.main);
      repository.database.execute("DELETE FROM epoch.branch_tables");

      // when, then
      assertThatThrownBy(
              () -> {
                if (onlyCommits) {
                  repository.commit(untold, "item", "note");
                } else {
                  repository.merge(untold, "item", 0, List.of());
                }
              })
          .isInstanceOf(StorageUnavailableException.class)
          .hasMessageContaining("first");
      assertThatThrownBy(() ->
              repository.adapter.copy(
                  untold, List.of(repository.table("item")), Duration.ofSeconds(5)))
          .isInstanceOf(StorageUnavailableException.class)
          .hasMessageContaining("first");
    }
  }
}
