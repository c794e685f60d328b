package dev.epoch.storage.postgres;

import static org.assertj.core.api.Assertions.assertThat;

import dev.epoch.storage.BranchHandle;
import java.util.Map;
import org.junit.jupiter.api.Test;

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
}
