package dev.epoch.cli.command.record;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.epoch.cli.CommandFailure;
import dev.epoch.cli.ExitCode;
import dev.epoch.client.transport.Json;
import dev.hardwood.InputFile;
import dev.hardwood.metadata.ColumnChunk;
import dev.hardwood.metadata.CompressionCodec;
import dev.hardwood.metadata.LogicalType;
import dev.hardwood.metadata.PhysicalType;
import dev.hardwood.metadata.RowGroup;
import dev.hardwood.reader.ParquetFileReader;
import dev.hardwood.reader.RowReader;
import dev.hardwood.row.PqInterval;
import dev.hardwood.schema.ColumnSchema;
import java.io.IOException;
import java.io.Writer;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.util.Base64;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.logging.Level;
import java.util.logging.Logger;

/**
 * Records of a Parquet file as lines of JSON, which the server takes; groups of rows are read one
 * after the other.
 *
 * <pre>
 *   numbers, flags        as they are; NaN and Infinity as texts
 *   DECIMAL               with all digits
 *   DATE, TIME, TIMESTAMP as ISO texts, those adjusted to UTC with Z
 *   STRING, ENUM, UUID    texts
 *   JSON                  parsed; so are texts for columns of json and jsonb
 *   bytes                 Base64; texts for columns of texts, which old files do not mark
 * </pre>
 */
final class ParquetRecords {
  private static final JsonNodeFactory NODES = JsonNodeFactory.instance;
  private static final List<String> TEXTS = List.of("text", "character varying", "character");
  private static final List<String> DOCUMENTS = List.of("json", "jsonb");

  /** What the libraries beside this one decompress. */
  private static final Set<CompressionCodec> COMPRESSIONS =
      EnumSet.of(
          CompressionCodec.UNCOMPRESSED,
          CompressionCodec.SNAPPY,
          CompressionCodec.GZIP,
          CompressionCodec.ZSTD);

  /** Held, so that what is set here stays: the library tells how it decodes on standard error. */
  private static final Logger LIBRARY = Logger.getLogger("dev.hardwood");

  private final Map<String, String> types;

  /**
   * @param types of the table's columns, as the server calls them, by their names
   */
  ParquetRecords(Map<String, String> types) {
    this.types = Map.copyOf(types);
    LIBRARY.setLevel(Level.WARNING);
  }

  /**
   * Writes the records of a file, one a line.
   *
   * @throws CommandFailure for a file that is no Parquet, or that has what tables have not
   */
  void write(Path file, Path lines) {
    try (ParquetFileReader reader = ParquetFileReader.open(InputFile.of(file))) {
      requireDecompressed(file, reader);
      for (ColumnSchema column : reader.getFileSchema().getColumns()) {
        requireFlat(file, column);
      }
      write(reader, lines);
    } catch (IOException | RuntimeException | NoClassDefFoundError unreadable) {
      if (unreadable instanceof CommandFailure failure) {
        throw failure;
      }
      throw unreadable(file, reason(unreadable));
    }
  }

  private void write(ParquetFileReader reader, Path lines) throws IOException {
    List<ColumnSchema> columns = reader.getFileSchema().getColumns();
    try (RowReader rows = reader.rowReader();
        Writer out = Files.newBufferedWriter(lines)) {
      while (rows.hasNext()) {
        rows.next();
        ObjectNode record = Json.object();
        for (int i = 0; i < columns.size(); i++) {
          record.set(columns.get(i).name(), value(rows, i, columns.get(i)));
        }
        out.write(Json.compact(record));
        out.write('\n');
      }
    }
  }

  private static CommandFailure unreadable(Path file, String why) {
    return new CommandFailure(
        ExitCode.INVALID,
        "cannot read " + file.getFileName() + " as Parquet: " + why,
        "files compressed by Snappy, zstd or gzip, or not at all, are read; or import csv, json or"
            + " ndjson");
  }

  /** What the library says of it, and why. */
  private static String reason(Throwable problem) {
    Throwable cause = problem;
    while (cause.getCause() != null && cause.getCause() != cause) {
      cause = cause.getCause();
    }
    if (cause instanceof OutOfMemoryError) {
      return "its rows take more memory than there is";
    }
    String why = cause.getMessage() == null ? cause.toString() : cause.getMessage();
    return why.lines().findFirst().orElse(why);
  }

  private static void requireDecompressed(Path file, ParquetFileReader reader) {
    for (RowGroup rows : reader.getFileMetaData().rowGroups()) {
      for (ColumnChunk column : rows.columns()) {
        CompressionCodec codec = column.metaData().codec();
        if (!COMPRESSIONS.contains(codec)) {
          String name = codec == CompressionCodec.LZ4_RAW ? "LZ4" : codec.name();
          throw unreadable(file, "it is compressed by " + name);
        }
      }
    }
  }

  private static void requireFlat(Path file, ColumnSchema column) {
    if (column.maxRepetitionLevel() > 0 || column.maxDefinitionLevel() > 1) {
      throw new CommandFailure(
          ExitCode.INVALID,
          "column " + column.fieldPath() + " of " + file.getFileName() + " is nested",
          "write lists and structures as texts of JSON");
    }
  }

  private JsonNode value(RowReader row, int at, ColumnSchema column) throws IOException {
    if (row.isNull(at)) {
      return NODES.nullNode();
    }
    return switch (column.logicalType()) {
      case LogicalType.DateType _ -> Json.text(date(row.getDate(at)));
      case LogicalType.TimeType _ -> Json.text(row.getTime(at).toString());
      case LogicalType.TimestampType type -> Json.text(timestamp(row, at, type));
      case LogicalType.DecimalType _ -> NODES.numberNode(plain(row.getDecimal(at)));
      case LogicalType.IntervalType _ -> Json.text(interval(row.getInterval(at)));
      case LogicalType.UuidType _ -> Json.text(row.getUuid(at).toString());
      case LogicalType.JsonType _ -> Json.parse(utf8(row.getBinary(at)));
      case LogicalType.StringType _, LogicalType.EnumType _ ->
          text(column, utf8(row.getBinary(at)));
      case null, default -> physical(row, at, column);
    };
  }

  private JsonNode physical(RowReader row, int at, ColumnSchema column) throws IOException {
    return switch (column.type()) {
      case BOOLEAN -> NODES.booleanNode(row.getBoolean(at));
      case INT32 -> integer(row.getInt(at), column);
      case INT64 -> integer(row.getLong(at), column);
      case INT96 ->
          Json.text(text(row.getTimestamp(at).atOffset(ZoneOffset.UTC).toLocalDateTime(), ""));
      case FLOAT -> number(row.getFloat(at), Float.toString(row.getFloat(at)));
      case DOUBLE -> number(row.getDouble(at), Double.toString(row.getDouble(at)));
      case BYTE_ARRAY, FIXED_LEN_BYTE_ARRAY -> {
        byte[] bytes = row.getBinary(at);
        String type = type(column);
        yield TEXTS.contains(type) || DOCUMENTS.contains(type)
            ? text(column, utf8(bytes))
            : Json.text(Base64.getEncoder().encodeToString(bytes));
      }
    };
  }

  private String type(ColumnSchema column) {
    return types.getOrDefault(column.name(), "");
  }

  private static JsonNode integer(long value, ColumnSchema column) {
    boolean signed = !(column.logicalType() instanceof LogicalType.IntType type) || type.isSigned();
    if (signed) {
      return NODES.numberNode(value);
    }
    return column.type() == PhysicalType.INT32
        ? NODES.numberNode(Integer.toUnsignedLong((int) value))
        : NODES.numberNode(new BigInteger(Long.toUnsignedString(value)));
  }

  /** JSON has neither NaN nor a zero with a sign. */
  private static JsonNode number(double value, String text) {
    boolean negativeZero = value == 0 && text.startsWith("-");
    return Double.isFinite(value) && !negativeZero
        ? NODES.numberNode(new BigDecimal(text))
        : Json.text(negativeZero ? "-0" : text);
  }

  private JsonNode text(ColumnSchema column, String value) throws IOException {
    return DOCUMENTS.contains(type(column)) ? Json.parse(value) : Json.text(value);
  }

  private static BigDecimal plain(BigDecimal number) {
    return number.scale() < 0 ? number.setScale(0) : number;
  }

  private static String timestamp(RowReader row, int at, LogicalType.TimestampType type) {
    return type.isAdjustedToUTC()
        ? text(row.getTimestamp(at).atOffset(ZoneOffset.UTC).toLocalDateTime(), "Z")
        : text(row.getLocalTimestamp(at), "");
  }

  /** As PostgreSQL takes it: years before the first one as BC. */
  private static String text(LocalDateTime time, String zone) {
    String era = time.getYear() <= 0 ? " BC" : "";
    return year(time.toLocalDate()) + "T" + time.toLocalTime() + zone + era;
  }

  private static String date(LocalDate date) {
    return year(date) + (date.getYear() <= 0 ? " BC" : "");
  }

  private static String year(LocalDate date) {
    int year = date.getYear() <= 0 ? 1 - date.getYear() : date.getYear();
    return "%04d-%02d-%02d".formatted(year, date.getMonthValue(), date.getDayOfMonth());
  }

  private static String interval(PqInterval span) {
    BigDecimal seconds = BigDecimal.valueOf(span.milliseconds(), 3);
    return "P" + span.months() + "M" + span.days() + "DT" + seconds.toPlainString() + "S";
  }

  private static String utf8(byte[] bytes) {
    return new String(bytes, StandardCharsets.UTF_8);
  }
}
