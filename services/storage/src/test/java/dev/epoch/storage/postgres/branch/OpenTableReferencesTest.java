package dev.epoch.storage.postgres.branch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.epoch.storage.branch.BranchHandle;
import dev.epoch.storage.branch.BranchTable;
import dev.epoch.storage.postgres.TestRepository;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Foreign keys of open tables are those that the branch has, whichever tables are open when. */
class OpenTableReferencesTest {
  private TestRepository repository;
  private BranchHandle feature;
  private Connection session;

  @BeforeEach
  void start() throws SQLException {
    repository =
        new TestRepository(
            "CREATE TABLE parent (id integer PRIMARY KEY)",
            "CREATE TABLE child (id integer PRIMARY KEY, parent integer, other integer"
                + " CONSTRAINT child_other REFERENCES parent)",
            "INSERT INTO parent VALUES (1), (2)",
            "INSERT INTO child VALUES (1, 1, 1)");
    repository.install("parent");
    repository.install("child");
    feature = repository.branch("feature", repository.main);
    session = repository.database.connect();
    run("SELECT epoch.use_branch('feature')");
    repository.adapter.open(feature, List.of());
  }

  @AfterEach
  void stop() throws SQLException {
    session.close();
    repository.close();
  }

  private void run(String sql) throws SQLException {
    try (Statement statement = session.createStatement()) {
      statement.execute(sql);
    }
  }

  private void reopen() {
    repository.adapter.close(feature, List.of());
    repository.adapter.open(feature, List.of());
  }

  /** Nothing that nobody did is to be committed. */
  private void assertCommitted() {
    List<BranchTable> tables =
        List.of(repository.at(feature, "child"), repository.at(feature, "parent"));
    assertThat(repository.adapter.schemas(feature, tables)).isEmpty();
  }

  @Test
  void whatABranchAddsIsThereAgain() throws SQLException {
    // given
    assertCommitted();
    run("ALTER TABLE child ADD CONSTRAINT child_parent FOREIGN KEY (parent) REFERENCES parent");
    assertThatThrownBy(() -> repository.adapter.close(feature, List.of()))
        .hasMessageContaining("not committed");
    repository.commit(feature, "child");

    // when
    reopen();

    // then
    assertThatThrownBy(() -> run("INSERT INTO child VALUES (2, 9)"))
        .hasMessageContaining("child_parent");
    assertThatThrownBy(() -> run("INSERT INTO child VALUES (2, 1, 9)"))
        .hasMessageContaining("child_other");
    assertThatThrownBy(() -> run("DELETE FROM parent WHERE id = 1"))
        .hasMessageContaining("violates foreign key");
    assertCommitted();
  }

  @Test
  void whatABranchDropsStaysAway() throws SQLException {
    // given
    run("ALTER TABLE child DROP CONSTRAINT child_other");
    assertThat(
            repository.adapter.schemas(feature, List.of(repository.at(feature, "child"))).values())
        .singleElement()
        .satisfies(schema ->
            assertThat(schema.constraints()).extracting("name").doesNotContain("child_other"));
    repository.commit(feature, "child");

    // when
    reopen();

    // then
    run("INSERT INTO child VALUES (2, 1, 9)");
    assertCommitted();
  }

  @Test
  void closingOneSideIsNoChangeOfTheOther() throws SQLException {
    // when
    repository.adapter.close(feature, List.of(repository.table(feature, "parent")));

    // then
    assertCommitted();
    run("INSERT INTO child VALUES (2, 1, 9)");
    run("DELETE FROM child WHERE id = 2");

    // when
    repository.adapter.open(feature, List.of());

    // then
    assertThatThrownBy(() -> run("INSERT INTO child VALUES (2, 1, 9)"))
        .hasMessageContaining("child_other");
    assertCommitted();
  }

  @Test
  void aKeyThatHasAnotherNameOnTheBranchIsReferredTo() throws SQLException {
    // given
    run("ALTER TABLE parent RENAME id TO number");
    repository.commit(feature, "parent");

    // when
    reopen();

    // then
    run("INSERT INTO child VALUES (2, 1, 2)");
    run("UPDATE parent SET number = number");
    assertCommitted();
  }
}
