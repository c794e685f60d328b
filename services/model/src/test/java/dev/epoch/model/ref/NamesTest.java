package dev.epoch.model.ref;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class NamesTest {

  @ParameterizedTest
  @ValueSource(strings = {"a", "my-repo", "my_repo.v2", "2024"})
  void repositories(String name) {
    assertThat(new RepositoryName(name)).hasToString(name);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", ".", "..", ".git", "-x", "a/b", "a b", "ä", "a\n", "a\\b", "a'b"})
  void noRepositories(String name) {
    assertThat(RepositoryName.isValid(name)).isFalse();
    assertThatThrownBy(() -> new RepositoryName(name)).isInstanceOf(InvalidNameException.class);
  }

  @Test
  void repositoriesOfAHundredCharacters() {
    assertThat(RepositoryName.isValid("a".repeat(100))).isTrue();
    assertThat(RepositoryName.isValid("a".repeat(101))).isFalse();
    assertThat(RepositoryName.isValid(null)).isFalse();
  }

  @ParameterizedTest
  @ValueSource(strings = {"users", "Order Items", "a\"b", "a;drop table b", "日本", "public.users"})
  void tables(String name) {
    assertThat(new TableName(name)).hasToString(name);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", ".", "..", "a\u0000b", "a\nb", "a\u202eb", "a\ud800b"})
  void noTables(String name) {
    assertThat(TableName.isValid(name)).isFalse();
    assertThatThrownBy(() -> new TableName(name)).isInstanceOf(InvalidNameException.class);
  }

  @Test
  void tablesOfSixtyThreeBytes() {
    assertThat(TableName.isValid("é".repeat(31) + "a")).isTrue();
    assertThat(TableName.isValid("é".repeat(32))).isFalse();
    assertThat(TableName.isValid(null)).isFalse();
  }
}
