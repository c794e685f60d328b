package dev.epoch.qa;

import static org.assertj.core.api.Assertions.assertThat;

import dev.epoch.qa.process.Checkout;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/**
 * What knows no database has no statement of one: neither the word that begins it nor a name of a
 * catalog, in any text.
 */
class NoDatabaseAboveStorageTest {
  private static final List<String> MODULES = List.of("model", "engine", "gateway", "api");

  private static final Pattern TEXT = Pattern.compile("\"(?:[^\"\\\\\n]++|\\\\.)*+\"");

  private static final Pattern STATEMENT =
      Pattern.compile(
          "^\"(?:CREATE|ALTER|DROP|REINDEX|GRANT|REVOKE|COMMENT ON|INSERT INTO|UPDATE|SET(?! NULL| DEFAULT)) "
              + "|\\bpg_(?!dump)\\w+|::reg\\w+|\\binformation_schema\\b");

  /** Files that still have some, each for a reason. */
  private static final Map<String, String> LEFT =
      Map.of(
          "TableDdl.java", "export as SQL, which is PostgreSQL's",
          "ChangeSql.java", "export as SQL, which is PostgreSQL's",
          "PagedStatement.java", "pages of a query that has no order",
          "SchemaStatusView.java", "advice that names a program",
          "ExecuteDdl.java", "an example in the documentation of a request",
          "PartText.java", "whether a text is a whole statement already",
          "TableMergeService.java", "a remedy that people type");

  @Test
  void whatKnowsNoDatabaseHasNoStatements() throws IOException {
    Map<String, List<String>> found = new TreeMap<>();
    for (String module : MODULES) {
      try (Stream<Path> sources =
          Files.walk(Checkout.ROOT.resolve("services/" + module + "/src/main/java"))) {
        for (Path source : sources.filter(path -> path.toString().endsWith(".java")).toList()) {
          List<String> texts = statements(Files.readString(source));
          if (!texts.isEmpty()) {
            found.put(source.getFileName().toString(), texts);
          }
        }
      }
    }
    assertThat(found.keySet()).as("%s", found).isEqualTo(LEFT.keySet());
  }

  private static List<String> statements(String source) {
    List<String> statements = new ArrayList<>();
    Matcher text = TEXT.matcher(source.replaceAll("(?s)/\\*.*?\\*/|(?m)^\\s*//.*$", ""));
    while (text.find()) {
      if (STATEMENT.matcher(text.group()).find()) {
        statements.add(text.group());
      }
    }
    return statements;
  }
}
