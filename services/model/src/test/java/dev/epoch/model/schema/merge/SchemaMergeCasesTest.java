package dev.epoch.model.schema.merge;

import static org.assertj.core.api.Assertions.assertThat;

import dev.epoch.model.schema.object.DatabaseSchema;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The cases of schema-merges.txt, in both directions. */
class SchemaMergeCasesTest {
  private static final List<String> LINES = lines();
  static final DatabaseSchema ANCESTOR =
      SchemaEdits.apply(
          new DatabaseSchema(new TreeMap<>()),
          "",
          LINES.stream()
              .filter(line -> line.startsWith("# ancestor: "))
              .map(line -> line.substring("# ancestor: ".length()))
              .collect(Collectors.joining(" ")));

  private static List<String> lines() {
    try (InputStream in = SchemaMergeCasesTest.class.getResourceAsStream("schema-merges.txt")) {
      return new String(in.readAllBytes(), StandardCharsets.UTF_8).lines().toList();
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
  }

  record Case(String name, String left, String right, String outcome, String more) {
    static Case of(String line) {
      String[] fields = line.split("\\|", -1);
      return new Case(
          fields[0].strip(),
          fields[1].strip(),
          fields[2].strip(),
          fields[3].strip(),
          fields.length > 4 ? fields[4].strip() : "");
    }

    @Override
    public String toString() {
      return name;
    }
  }

  static Stream<Case> cases() {
    return LINES.stream().filter(line -> !line.isBlank() && !line.startsWith("#")).map(Case::of);
  }

  @Test
  void thereAreTwoHundred() {
    assertThat(cases().count()).isGreaterThanOrEqualTo(200);
    assertThat(cases().map(Case::name)).doesNotHaveDuplicates();
  }

  @ParameterizedTest
  @MethodSource("cases")
  void isMergedInBothDirections(Case tried) {
    // given
    DatabaseSchema base = SchemaEdits.apply(ANCESTOR, "", tried.more());
    DatabaseSchema left = SchemaEdits.apply(base, "l_", tried.left());
    DatabaseSchema right = SchemaEdits.apply(base, "r_", tried.right());

    // when
    MergedSchema there = SchemaMerge.merge(base, left, right);
    MergedSchema back = SchemaMerge.merge(base, right, left);

    // then
    if (tried.outcome().startsWith("=")) {
      String edits =
          tried
              .outcome()
              .substring(1)
              .strip()
              .replaceFirst("^L R$", tried.left() + "; " + tried.right())
              .replaceFirst("^L\\b", Matcher.quoteReplacement(tried.left()))
              .replaceFirst("^R\\b", Matcher.quoteReplacement(tried.right()));
      DatabaseSchema expected = SchemaEdits.apply(base, "x_", edits);
      assertThat(there.conflicts()).as(tried.name()).isEmpty();
      assertThat(back.conflicts()).isEmpty();
      assertThat(ComparableSchema.of(there.schema())).isEqualTo(ComparableSchema.of(expected));
      assertThat(ComparableSchema.of(back.schema())).isEqualTo(ComparableSchema.of(expected));
    } else {
      TreeSet<String> expected =
          Arrays.stream(tried.outcome().substring(1).split(","))
              .map(String::strip)
              .collect(Collectors.toCollection(TreeSet::new));
      assertThat(summary(there)).isEqualTo(expected);
      assertThat(summary(back)).isEqualTo(expected);
      assertThat(there.conflicts().stream().map(SchemaConflict::mirrored).toList())
          .containsExactlyInAnyOrderElementsOf(back.conflicts());
    }
  }

  static TreeSet<String> summary(MergedSchema merged) {
    return merged.conflicts().stream()
        .map(conflict ->
            conflict.type().wireName() + " " + conflict.path().replaceFirst("^public\\.", ""))
        .collect(Collectors.toCollection(TreeSet::new));
  }
}
