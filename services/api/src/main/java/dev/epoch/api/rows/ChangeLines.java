package dev.epoch.api.rows;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.databind.JsonNode;
import dev.epoch.api.json.ApiJson;
import dev.epoch.model.row.RowChange;
import dev.epoch.model.row.RowStream;
import jakarta.ws.rs.core.StreamingOutput;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;

/**
 * Changed records, written while they are read: a slow client slows the reading, and memory stays
 * bounded. A failure in the midst of it breaks the connection off, so that no client takes a part
 * for the whole.
 */
public final class ChangeLines {
  private static final int BUFFER = 32 * 1024;

  private ChangeLines() {}

  /** One JSON document a line. */
  public static StreamingOutput json(RowStream<RowChange> changes, RecordJson json) {
    return out -> {
      try (changes) {
        // not closed: that would end a document in the midst, and an answer that failed
        JsonGenerator lines = ApiJson.lines(new BufferedOutputStream(out, BUFFER));
        boolean any = changes.hasNext();
        while (changes.hasNext()) {
          json.write(changes.next(), lines);
        }
        if (any) {
          lines.writeRaw('\n');
        }
        lines.flush();
      }
    };
  }

  /** {@code change_type}, the record's columns (before a deletion, else after), {@code changed}. */
  public static StreamingOutput csv(RowStream<RowChange> changes, RecordJson json, CsvAnswer line) {
    List<String> header = new ArrayList<>();
    header.add("change_type");
    json.schema().columns().forEach(column -> header.add(column.name()));
    header.add("changed_fields");
    return lines(
        changes,
        line.ofTexts(header),
        change -> {
          List<JsonNode> values = new ArrayList<>();
          values.add(ApiJson.mapper().valueToTree(RecordJson.wireName(change.kind())));
          json.record(change.after() == null ? change.before() : change.after())
              .forEach(values::add);
          values.add(ApiJson.mapper().valueToTree(String.join(" ", json.fields(change))));
          return line.ofValues(values);
        });
  }

  /** A statement for each. */
  public static StreamingOutput sql(RowStream<RowChange> changes, ChangeSql sql) {
    return lines(changes, "", sql::statement);
  }

  private static StreamingOutput lines(
      RowStream<RowChange> changes, String header, Function<RowChange, String> line) {
    return out -> {
      try (changes) {
        write(new BufferedOutputStream(out, BUFFER), changes, header, line);
      }
    };
  }

  private static void write(
      OutputStream out,
      RowStream<RowChange> changes,
      String header,
      Function<RowChange, String> line)
      throws IOException {
    out.write(header.getBytes(StandardCharsets.UTF_8));
    while (changes.hasNext()) {
      out.write(line.apply(changes.next()).getBytes(StandardCharsets.UTF_8));
    }
    out.flush();
  }
}
