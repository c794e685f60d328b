package dev.epoch.api.rows;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.NullNode;
import com.fasterxml.jackson.databind.node.TextNode;
import dev.epoch.api.error.FieldProblem;
import dev.epoch.api.error.InvalidRequestException;
import dev.epoch.api.json.ApiJson;
import dev.epoch.api.json.JsonCosts;
import dev.epoch.api.request.NumberLimits;
import dev.epoch.events.table.Column;
import dev.epoch.events.table.DataType;
import dev.epoch.events.table.TableSchema;
import dev.epoch.storage.record.RowWrite;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Records of one table as files hold them, to be written. Columns that the database computes are
 * passed over, so that what was exported can be imported.
 */
public final class RecordFile {
  private final TableSchema schema;
  private final Set<String> computed;
  private final List<RowWrite> writes = new ArrayList<>();

  private RecordFile(TableSchema schema) {
    this.schema = schema;
    this.computed =
        schema.columns().stream()
            .filter(Column::generated)
            .map(Column::name)
            .collect(Collectors.toSet());
  }

  /** Whether values of the column are JSON in CSV. */
  static boolean document(Column column) {
    DataType.Kind kind = column.type().base().kind();
    return kind == DataType.Kind.JSON
        || kind == DataType.Kind.JSON_BINARY
        || kind == DataType.Kind.ARRAY
        || kind == DataType.Kind.COMPOSITE;
  }

  /** Objects in an array. */
  public static List<RowWrite> json(List<JsonNode> records, TableSchema schema) {
    RecordFile file = new RecordFile(schema);
    records.forEach(file::add);
    return file.writes;
  }

  /** An object a line. */
  public static List<RowWrite> ndjson(InputStream body, TableSchema schema) throws IOException {
    RecordFile file = new RecordFile(schema);
    JsonCosts costs = body instanceof JsonCosts.Source source ? source.costs() : JsonCosts.NONE;
    BufferedReader lines = new BufferedReader(new Utf8Text(body));
    try {
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        if (!line.isBlank()) {
          try {
            file.add(ApiJson.tree(line, costs));
          } catch (JsonProcessingException notJson) {
            throw file.problem("The record is not JSON: " + notJson.getOriginalMessage());
          }
        }
      }
    } catch (TextFormatException wrong) {
      throw file.problem(wrong);
    }
    return file.writes;
  }

  private void add(JsonNode record) {
    if (record == null || !record.isObject()) {
      throw problem("Each record is an object of columns");
    }
    NumberLimits.check(record, "body", writes.size());
    Map<String, JsonNode> columns = new LinkedHashMap<>();
    record
        .properties()
        .forEach(field -> {
          if (!computed.contains(field.getKey())) {
            columns.put(field.getKey(), field.getValue());
          }
        });
    writes.add(new RowWrite.Upsert(columns));
  }

  /**
   * Lines of CSV (RFC 4180) behind one with the columns' names. An empty field is null, a quoted
   * empty one the empty text; arrays, composites and JSON are JSON.
   */
  public static List<RowWrite> csv(InputStream body, TableSchema schema) throws IOException {
    RecordFile file = new RecordFile(schema);
    try {
      file.addCsv(new CsvFields(new Utf8Text(body)));
    } catch (TextFormatException wrong) {
      throw file.problem(wrong);
    }
    return file.writes;
  }

  private void addCsv(CsvFields fields) throws IOException, TextFormatException {
    List<CsvFields.Field> head = fields.next();
    if (head == null) {
      throw new TextFormatException(1, "the file is empty; its first line names the columns");
    }
    List<Column> columns = new ArrayList<>();
    for (CsvFields.Field name : head) {
      Column column =
          schema
              .column(name.text())
              .orElseThrow(
                  () -> new TextFormatException(1, "there is no column '" + name.text() + "'"));
      if (columns.contains(column)) {
        throw new TextFormatException(1, "the column '" + name.text() + "' is named twice");
      }
      columns.add(column);
    }
    for (List<CsvFields.Field> line = fields.next(); line != null; line = fields.next()) {
      if (line.size() != columns.size()) {
        throw new TextFormatException(
            fields.line(),
            "the record has " + line.size() + " fields, the first line " + columns.size());
      }
      Map<String, JsonNode> record = new LinkedHashMap<>();
      for (int i = 0; i < columns.size(); i++) {
        Column column = columns.get(i);
        if (!column.generated()) {
          record.put(column.name(), value(column, line.get(i), fields.line()));
        }
      }
      writes.add(new RowWrite.Upsert(record));
    }
  }

  private JsonNode value(Column column, CsvFields.Field field, long line)
      throws TextFormatException {
    if (field.text().isEmpty() && !field.quoted()) {
      return NullNode.instance;
    }
    if (!document(column)) {
      return TextNode.valueOf(field.text());
    }
    try {
      JsonNode value = ApiJson.tree(field.text(), JsonCosts.NONE);
      NumberLimits.check(value, "body", writes.size(), column.name());
      return value;
    } catch (IOException notJson) {
      throw new TextFormatException(
          line, "column '" + column.name() + "' holds JSON, and the field is none");
    }
  }

  private InvalidRequestException problem(TextFormatException wrong) {
    return new InvalidRequestException(
        List.of(
            new FieldProblem(
                "value_error",
                List.of("body", writes.size()),
                "Line " + wrong.line() + ": " + wrong.getMessage(),
                Map.of())),
        Map.of("line", wrong.line()));
  }

  private InvalidRequestException problem(String message) {
    return new InvalidRequestException(
        new FieldProblem("value_error", List.of("body", writes.size()), message, Map.of()));
  }
}
