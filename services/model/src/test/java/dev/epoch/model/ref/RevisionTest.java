package dev.epoch.model.ref;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class RevisionTest {
  private static final Revision HEAD = new Revision.Head();

  @Test
  void basesAndSteps() {
    assertThat(Revision.parse("HEAD")).isEqualTo(HEAD);
    assertThat(Revision.parse("@")).isEqualTo(HEAD);
    assertThat(Revision.parse("main")).isEqualTo(new Revision.Symbol("main"));
    assertThat(Revision.parse("HEAD~2^2"))
        .isEqualTo(new Revision.Parent(new Revision.Ancestor(HEAD, 2), 2));
    assertThat(Revision.parse("HEAD^^"))
        .isEqualTo(new Revision.Parent(new Revision.Parent(HEAD, 1), 1));
    assertThat(Revision.parse("feature/x~"))
        .isEqualTo(new Revision.Ancestor(new Revision.Symbol("feature/x"), 1));
    assertThat(Revision.parse("v1.0^0"))
        .isEqualTo(new Revision.Parent(new Revision.Symbol("v1.0"), 0));
  }

  @Test
  void aSymbolMayBeANameAnIdOrBoth() {
    String id = "0123456789abcdef0123456789abcdef0123456789abcdef0123456789ABCDEF";
    Revision.Symbol full = new Revision.Symbol(id);
    assertThat(full.asName()).isEmpty();
    assertThat(full.asCommitPrefix()).hasValue(id.toLowerCase(java.util.Locale.ROOT));

    Revision.Symbol beef = new Revision.Symbol("beef");
    assertThat(beef.asName()).hasValue(new BranchName("beef"));
    assertThat(beef.asCommitPrefix()).hasValue("beef");

    assertThat(new Revision.Symbol("bee").asCommitPrefix()).isEmpty();
    assertThat(new Revision.Symbol("main").asCommitPrefix()).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "~1",
        "^",
        "main~x",
        "main^-1",
        "main~1x",
        "main@{upstream}",
        "main@{1}",
        "main:users",
        ":/text",
        "main~9999999999",
        "a b",
        "a..b",
        "-x",
        "main^{commit}"
      })
  void refuses(String text) {
    assertThatThrownBy(() -> Revision.parse(text))
        .isInstanceOf(InvalidNameException.class)
        .hasMessageContaining("revision");
  }

  @Test
  void refusesWhatIsTooLong() {
    assertThat(Revision.parse("a" + "^".repeat(511))).isNotNull();
    assertThatThrownBy(() -> Revision.parse("a" + "^".repeat(512)))
        .isInstanceOf(InvalidNameException.class);
  }

  @ParameterizedTest
  @CsvSource({
    "a..b, a, b, false",
    "a...b, a, b, true",
    "..b, HEAD, b, false",
    "a.., a, HEAD, false",
    "..., HEAD, HEAD, true",
    "HEAD~3..main^2, HEAD~3, main^2, false",
    "v1.0..v1.1, v1.0, v1.1, false"
  })
  void ranges(String text, String from, String to, boolean symmetric) {
    assertThat(RevisionRange.isRange(text)).isTrue();
    assertThat(RevisionRange.parse(text))
        .isEqualTo(new RevisionRange(Revision.parse(from), Revision.parse(to), symmetric));
  }

  @ParameterizedTest
  @ValueSource(strings = {"a", "a....b", "a..b..c", "a.. b", "a..b:c"})
  void refusesAsRange(String text) {
    assertThatThrownBy(() -> RevisionRange.parse(text)).isInstanceOf(InvalidNameException.class);
  }
}
