package dev.epoch.api.rows;

import java.io.IOException;
import java.io.Reader;
import java.util.ArrayList;
import java.util.List;

/** Fields of CSV, record by record. */
final class CsvFields {
  private static final int BUFFER = 1 << 16;
  private static final int END = -1;

  private final Reader text;
  private final char[] buffer = new char[BUFFER];
  private int at;
  private int filled;
  private int ahead;

  /** Of the character that is ahead. */
  private long now = 1;

  private long line = 1;

  CsvFields(Reader text) throws IOException {
    this.text = text;
    ahead = read();
    if (ahead == 0xFEFF) {
      ahead = read();
    }
  }

  /** A field, and whether it stood in quotes. */
  record Field(String text, boolean quoted) {}

  /** In which line the last record begins. */
  long line() {
    return line;
  }

  /** The next record, null at the end. */
  List<Field> next() throws IOException {
    if (ahead == END) {
      return null;
    }
    line = now;
    List<Field> fields = new ArrayList<>();
    while (true) {
      fields.add(ahead == '"' ? quoted() : plain());
      if (ahead != ',') {
        break;
      }
      advance();
    }
    if (ahead == '\r') {
      advance();
    }
    if (ahead == '\n') {
      advance();
    }
    return fields;
  }

  private Field plain() throws IOException {
    StringBuilder field = new StringBuilder();
    while (!endsField()) {
      field.append((char) ahead);
      advance();
    }
    return new Field(field.toString(), false);
  }

  private Field quoted() throws IOException {
    long begin = now;
    StringBuilder field = new StringBuilder();
    advance();
    while (true) {
      if (ahead == END) {
        throw new TextFormatException(
            begin, "a field begins with a quote here, and the file ends without another one");
      }
      if (ahead == '"') {
        advance();
        if (ahead != '"') {
          break;
        }
      }
      field.append((char) ahead);
      advance();
    }
    if (!endsField()) {
      throw new TextFormatException(now, "text stands behind the quote that ends a field");
    }
    return new Field(field.toString(), true);
  }

  private boolean endsField() {
    return ahead == END || ahead == ',' || ahead == '\n' || ahead == '\r';
  }

  private void advance() throws IOException {
    int passed = ahead;
    ahead = read();
    if (passed == '\n' || passed == '\r' && ahead != '\n') {
      now++;
    }
  }

  private int read() throws IOException {
    if (at == filled) {
      filled = text.read(buffer, 0, buffer.length);
      at = 0;
      if (filled <= 0) {
        filled = 0;
        return END;
      }
    }
    return buffer[at++];
  }
}
