package dev.epoch.api.rows;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.TextNode;
import dev.epoch.api.json.ApiJson;
import dev.epoch.events.table.Column;
import dev.epoch.model.row.Row;
import dev.epoch.model.row.RowStream;
import jakarta.ws.rs.core.StreamingOutput;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/** Records of a table, written while they are read; a failure breaks the connection off. */
public final class RecordLines {
  private static final int BUFFER = 32 * 1024;

  private RecordLines() {}

  /** One JSON object a line. */
  public static StreamingOutput ndjson(RowStream<Row> rows, RecordJson json) {
    return written(rows, "", row -> ApiJson.text(json.record(row)) + "\n", "");
  }

  /** One array of JSON objects. */
  public static StreamingOutput json(RowStream<Row> rows, RecordJson json) {
    String[] separator = {"\n"};
    return written(
        rows,
        "[",
        row -> {
          String text = separator[0] + ApiJson.text(json.record(row));
          separator[0] = ",\n";
          return text;
        },
        "\n]\n");
  }

  /** A head and a line for each; null is an empty field, the empty text a quoted one. */
  public static StreamingOutput csv(RowStream<Row> rows, RecordJson json, CsvAnswer line) {
    List<Column> columns = json.schema().columns();
    String head = line.ofTexts(columns.stream().map(Column::name).toList());
    return written(
        rows,
        head,
        row -> {
          ObjectNode record = json.record(row);
          List<JsonNode> values = new ArrayList<>();
          for (Column column : columns) {
            JsonNode value = record.get(column.name());
            boolean document = RecordFile.document(column) && !value.isNull();
            values.add(document ? TextNode.valueOf(ApiJson.text(value)) : value);
          }
          return line.ofValues(values);
        },
        "");
  }

  /** A row as text. */
  @FunctionalInterface
  private interface Line {
    String of(Row row) throws IOException;
  }

  private static StreamingOutput written(RowStream<Row> rows, String head, Line line, String end) {
    return out -> {
      try (rows) {
        OutputStream buffered = new BufferedOutputStream(out, BUFFER);
        buffered.write(head.getBytes(StandardCharsets.UTF_8));
        while (rows.hasNext()) {
          buffered.write(line.of(rows.next()).getBytes(StandardCharsets.UTF_8));
        }
        buffered.write(end.getBytes(StandardCharsets.UTF_8));
        buffered.flush();
      }
    };
  }
}
