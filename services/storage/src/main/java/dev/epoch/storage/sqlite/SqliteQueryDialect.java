package dev.epoch.storage.sqlite;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.DoubleNode;
import com.fasterxml.jackson.databind.node.LongNode;
import com.fasterxml.jackson.databind.node.NullNode;
import com.fasterxml.jackson.databind.node.TextNode;
import dev.epoch.storage.error.QueryRefusedException;
import dev.epoch.storage.relational.QueryDialect;
import dev.epoch.storage.sqlite.SqliteTokens.Token;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.Base64;
import java.util.List;

/** Users' statements in SQLite's language. */
final class SqliteQueryDialect implements QueryDialect {
  private static final List<String> READING = List.of("select", "with", "values");

  @Override
  public String reading(String sql) {
    List<Token> tokens = SqliteTokens.of(sql);
    int end = tokens.size();
    while (end > 0 && tokens.get(end - 1).is(";")) {
      end--;
    }
    if (end == 0) {
      throw new QueryRefusedException("There is no statement", "Write a SELECT");
    }
    Token first = tokens.getFirst();
    if (READING.stream().noneMatch(first::is)) {
      throw new QueryRefusedException(
          "Only statements that read are run, and %s is none".formatted(first.text()),
          "Write a SELECT; records are written by their own requests");
    }
    StringBuilder text = new StringBuilder();
    int at = 0;
    for (Token token : tokens.subList(0, end)) {
      if (token.is(";")) {
        throw new QueryRefusedException(
            "There are several statements", "Send one statement at a time");
      }
      if (!token.quoted() && token.text().matches("\\$\\d+")) {
        text.append(sql, at, token.from())
            .append('?')
            .append(token.text(), 1, token.text().length());
        at = token.to();
      }
    }
    return text.append(sql, at, tokens.get(end - 1).to()).toString();
  }

  @Override
  public String view(String name) {
    return "temp." + SqliteDialect.quoted(name);
  }

  @Override
  public String onlyReading(boolean only) {
    return "PRAGMA query_only = " + (only ? "ON" : "OFF");
  }

  @Override
  public Object parameter(JsonNode value) {
    return switch (value.getNodeType()) {
      case NULL, MISSING -> null;
      case BOOLEAN -> value.booleanValue() ? 1L : 0L;
      case NUMBER ->
          value.isIntegralNumber() && value.canConvertToLong()
              ? (Object) value.longValue()
              : (Object) value.doubleValue();
      case STRING -> value.textValue();
      default -> value.toString();
    };
  }

  @Override
  public JsonNode value(ResultSet row, int place) throws SQLException {
    return switch (row.getObject(place)) {
      case null -> NullNode.instance;
      case Double real -> DoubleNode.valueOf(real);
      case Number integer -> LongNode.valueOf(integer.longValue());
      case byte[] bytes -> TextNode.valueOf(Base64.getEncoder().encodeToString(bytes));
      case Object text -> TextNode.valueOf(text.toString());
    };
  }

  @Override
  public String message(SQLException error) {
    return SqliteDialect.message(error);
  }
}
