package dev.epoch.model.changes;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import dev.epoch.events.Digest;
import dev.epoch.model.merge.ConflictType;
import dev.epoch.model.merge.FieldConflict;
import dev.epoch.model.merge.RowConflict;
import dev.epoch.model.row.RowKey;
import dev.epoch.model.row.RowStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;

/** Reads what {@link ConflictSetWriter} wrote. */
public final class ConflictSetReader {
  private static final int FIELD_WIDTH = 5;

  private final ChunkTreeReader chunks;

  /**
   * Reads the root.
   *
   * @param source gives the bytes of a chunk by its name, or null
   * @throws MalformedChunkException if it is not there or no conflict set
   */
  public ConflictSetReader(Digest root, Function<Digest, byte[]> source) {
    chunks = new ChunkTreeReader(root, ConflictSetWriter.FORMAT, source);
  }

  public long count() {
    return chunks.heading().path("items").asLong();
  }

  /**
   * The conflicts in the order they were written; may be asked for more than once. Reading throws
   * {@link MalformedChunkException} where a chunk is missing or wrong.
   */
  public RowStream<RowConflict> conflicts() {
    return chunks.lines(ConflictSetReader::conflict);
  }

  private static RowConflict conflict(JsonParser parser) throws IOException {
    TextArrays.expect(parser, JsonToken.START_ARRAY);
    String tableId = TextArrays.requiredText(parser);
    String table = TextArrays.requiredText(parser);
    RowKey key = RowKey.of(TextArrays.requiredTexts(parser, 1));
    ConflictType type = ConflictType.of(TextArrays.requiredText(parser));
    TextArrays.next(parser, JsonToken.START_ARRAY);
    List<FieldConflict> fields = new ArrayList<>();
    while (parser.nextToken() == JsonToken.START_ARRAY) {
      fields.add(field(parser));
    }
    String constraint = TextArrays.text(parser);
    TextArrays.next(parser, JsonToken.END_ARRAY);
    return new RowConflict(tableId, table, key, type, fields, constraint);
  }

  private static FieldConflict field(JsonParser parser) throws IOException {
    String[] field = new String[FIELD_WIDTH];
    for (int i = 0; i < FIELD_WIDTH; i++) {
      field[i] = i < 2 ? TextArrays.requiredText(parser) : TextArrays.text(parser);
    }
    TextArrays.next(parser, JsonToken.END_ARRAY);
    return new FieldConflict(field[0], field[1], field[2], field[3], field[4]);
  }
}
