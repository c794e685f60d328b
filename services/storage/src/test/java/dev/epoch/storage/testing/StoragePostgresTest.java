package dev.epoch.storage.testing;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class StoragePostgresTest {
  @Test
  void loadsChinookAsAnOwnerWhoIsNoSuperuser() {
    try (TestDatabase database = StoragePostgres.durableDatabase()) {
      // when
      database.load("/data/chinook/Chinook_PostgreSql.sql");

      // then
      assertThat(database.value("SELECT count(*) FROM track")).isEqualTo("3503");
      assertThat(database.value("SELECT rolsuper FROM pg_roles WHERE rolname = current_user"))
          .isEqualTo("f");
      assertThat(database.rows("SHOW fsync")).isEqualTo(List.of(List.of("on")));
    }
  }
}
