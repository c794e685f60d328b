package dev.epoch.model.schema.migration.tool;

import java.util.List;
import java.util.Objects;

/**
 * A change set of Liquibase with its rollback.
 *
 * @param id of the change set; what is no letter, digit, dot or dash becomes an underscore
 * @param comment one line
 * @param up statements without semicolons
 * @param down those that undo them
 * @param alone whether a statement refuses to run in a transaction
 * @param split whether each statement is sent by itself
 */
public record LiquibaseFile(
    String id, String comment, List<String> up, List<String> down, boolean alone, boolean split) {

  /** Ends a statement where several are sent one by one; a comment to everything else. */
  private static final String DELIMITER = "--//";

  public LiquibaseFile {
    id = id.replaceAll("[^\\p{L}\\p{N}._-]", "_");
    Objects.requireNonNull(comment, "comment");
    up = List.copyOf(up);
    down = List.copyOf(down);
  }

  /** Formatted SQL. */
  public String sql() {
    StringBuilder text =
        new StringBuilder("--liquibase formatted sql\n\n--changeset epoch:").append(id);
    text.append(alone ? " runInTransaction:false" : "").append(" stripComments:false");
    text.append(
        split
            ? " endDelimiter:%1$s rollbackEndDelimiter:%1$s".formatted(DELIMITER)
            : " splitStatements:false rollbackSplitStatements:false");
    text.append("\n--comment: ").append(ToolText.comment(comment)).append('\n');
    up.forEach(statement -> text.append(ended(statement)).append('\n'));
    for (String statement : down) {
      ended(statement)
          .lines()
          .forEach(line -> text.append("--rollback ").append(line).append('\n'));
    }
    return text.toString();
  }

  private String ended(String statement) {
    return statement + (split ? "\n" + DELIMITER : ";");
  }

  /** XML, in which statements stand one by one. */
  public String xml() {
    StringBuilder text =
        new StringBuilder(
            """
            <?xml version="1.0" encoding="UTF-8"?>
            <databaseChangeLog
                xmlns="http://www.liquibase.org/xml/ns/dbchangelog"
                xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"
                xsi:schemaLocation="http://www.liquibase.org/xml/ns/dbchangelog http://www.liquibase.org/xml/ns/dbchangelog/dbchangelog-latest.xsd">
            """);
    text.append("  <changeSet author=\"epoch\" id=\"").append(id).append('"');
    text.append(alone ? " runInTransaction=\"false\"" : "").append(">\n");
    text.append("    <comment>").append(escaped(ToolText.comment(comment))).append("</comment>\n");
    statements(text, "    ", up);
    text.append("    <rollback>\n");
    statements(text, "      ", down);
    text.append("    </rollback>\n  </changeSet>\n</databaseChangeLog>\n");
    return text.toString();
  }

  private static void statements(StringBuilder text, String indent, List<String> statements) {
    for (String statement : statements) {
      text.append(indent)
          .append("<sql splitStatements=\"false\" stripComments=\"false\">")
          .append(escaped(statement))
          .append("</sql>\n");
    }
  }

  private static String escaped(String text) {
    return text.replace("&", "&amp;")
        .replace("<", "&lt;")
        .replace(">", "&gt;")
        .replace("\r", "&#13;");
  }
}
