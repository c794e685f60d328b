package dev.epoch.model.ref;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.epoch.model.Property;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The cases are those of git's own t1402-check-ref-format.sh, for names under refs/heads. */
class BranchNameTest {

  @ParameterizedTest
  @ValueSource(
      strings = {
        "main",
        "foo",
        "foo/bar/baz",
        "feature/x-1_2",
        "foo.bar",
        "foo./bar",
        "foo.locked",
        "lock",
        "foo@bar",
        "foo@",
        "@foo",
        "a{b}",
        "foo/@",
        "x#y",
        "Ünïcode/日本",
        "emoji-👩‍💻",
        "head",
        "a-",
        "foo/-bar",
        "v1.0.0",
        "beef",
        "0123456789012345678901234567890123456789x",
        "012345678901234567890123456789012345678",
        "a'b",
        "a\"b;c--",
        "a$(b)",
        "a&b|c<d>e!f%g+h,i=j"
      })
  void allows(String name) {
    assertThat(new BranchName(name).value()).isEqualTo(name);
    assertThat(BranchName.isValid(name)).isTrue();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "/",
        "/foo",
        "foo/",
        "foo//bar",
        ".",
        "./foo",
        ".foo",
        "foo/./bar",
        "foo/.bar",
        "foo.",
        "foo/bar.",
        "..",
        "foo..bar",
        ".lock",
        "foo.lock",
        "foo.lock/bar",
        "foo/bar.lock",
        "foo bar",
        "foo\tbar",
        "foo\u0000bar",
        "foo\nbar",
        "foo\u007fbar",
        "foo\u0085bar",
        "foo~bar",
        "foo^bar",
        "foo:bar",
        "foo?bar",
        "foo*bar",
        "*",
        "foo[bar",
        "foo\\bar",
        "foo@{bar",
        "@{",
        "@",
        "HEAD",
        "-foo",
        "-",
        "foo\u202ebar",
        "foo\u2066bar",
        "foo\u2028bar",
        "foo\ud800bar",
        "0123456789012345678901234567890123456789",
        "ABCDEF0123456789ABCDEF0123456789ABCDEF01",
        "0123456789012345678901234567890123456789012345678901234567890123"
      })
  void refuses(String name) {
    assertThatThrownBy(() -> new BranchName(name)).isInstanceOf(InvalidNameException.class);
    assertThat(BranchName.isValid(name)).isFalse();
  }

  @Test
  void countsBytesNotCharacters() {
    assertThat(BranchName.isValid("a".repeat(244))).isTrue();
    assertThat(BranchName.isValid("a".repeat(245))).isFalse();
    assertThat(BranchName.isValid("é".repeat(122))).isTrue();
    assertThat(BranchName.isValid("é".repeat(123))).isFalse();
    assertThat(BranchName.isValid("a".repeat(64 * 1024))).isFalse();
  }

  @Test
  void theMessageIsShortAndPrintable() {
    assertThatThrownBy(() -> new BranchName("\u001b[31m" + "x".repeat(100_000)))
        .hasMessageStartingWith("'?[31mxxx")
        .hasMessageEndingWith("...' is not a valid branch name: it is longer than 244 bytes");
  }

  @Test
  void aNameIsNeverPartOfAnExpressionOrPath() {
    Property.holds(
        20_000,
        BranchNameTest::anyText,
        text ->
            IntStream.range(0, text.length())
                .mapToObj(i -> text.substring(0, i) + text.substring(i + 1))
                .toList(),
        text -> {
          if (BranchName.isValid(text)) {
            assertThat(text).doesNotContain("..", "~", "^", "@{", "//", "\\").isNotBlank();
            assertThat(text).doesNotStartWith("/").doesNotStartWith("-").doesNotStartWith(".");
            assertThat(Revision.parse(text)).isEqualTo(new Revision.Symbol(text));
            assertThat(RevisionRange.isRange(text)).isFalse();
          }
        });
  }

  private static String anyText(Random random) {
    String letters = "ab0./-@{}~^: HEADlock\u0000é\ud83d\ude00";
    StringBuilder text = new StringBuilder();
    for (int i = random.nextInt(8); i >= 0; i--) {
      text.append(letters.charAt(random.nextInt(letters.length())));
    }
    return text.toString();
  }

  @Test
  void sortsByText() {
    assertThat(List.of(new BranchName("b"), new BranchName("a")).stream().sorted().toList())
        .extracting(BranchName::toString)
        .containsExactly("a", "b");
  }
}
