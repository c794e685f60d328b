package dev.epoch.api.parquet;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.Deque;

/** Structures in Thrift's compact protocol, as Parquet has its metadata. */
final class CompactThrift {
  private static final int TRUE = 1;
  private static final int FALSE = 2;
  private static final int BYTE = 3;
  private static final int I32 = 5;
  private static final int I64 = 6;
  private static final int BINARY = 8;
  private static final int LIST = 9;
  private static final int STRUCT = 12;
  private static final int MOST_IN_SHORT_FORM = 15;

  private final ByteArrayOutputStream out = new ByteArrayOutputStream();
  private final Deque<Integer> outer = new ArrayDeque<>();
  private int last;

  /** What was written, with the end of the outermost structure. */
  byte[] finished() {
    out.write(0);
    return out.toByteArray();
  }

  CompactThrift flag(int field, boolean value) {
    field(field, value ? TRUE : FALSE);
    return this;
  }

  CompactThrift tiny(int field, int value) {
    field(field, BYTE);
    out.write(value);
    return this;
  }

  CompactThrift number(int field, int value) {
    field(field, I32);
    variable(zigzag(value));
    return this;
  }

  CompactThrift large(int field, long value) {
    field(field, I64);
    variable(zigzag(value));
    return this;
  }

  CompactThrift text(int field, String value) {
    field(field, BINARY);
    element(value);
    return this;
  }

  /** A list of numbers. */
  CompactThrift numbers(int field, int... values) {
    list(field, I32, values.length);
    for (int value : values) {
      variable(zigzag(value));
    }
    return this;
  }

  /** A list of one text. */
  CompactThrift texts(int field, String value) {
    list(field, BINARY, 1);
    element(value);
    return this;
  }

  /** The head of a list of structures: each is then begun with {@link #item} and ended. */
  CompactThrift structures(int field, int count) {
    list(field, STRUCT, count);
    return this;
  }

  /** A structure in a list, until {@link #end}. */
  CompactThrift item() {
    outer.push(last);
    last = 0;
    return this;
  }

  /** A structure as a field, until {@link #end}. */
  CompactThrift begin(int field) {
    field(field, STRUCT);
    return item();
  }

  CompactThrift end() {
    out.write(0);
    last = outer.pop();
    return this;
  }

  /** A structure without fields. */
  CompactThrift empty(int field) {
    return begin(field).end();
  }

  private void list(int field, int type, int count) {
    field(field, LIST);
    if (count < MOST_IN_SHORT_FORM) {
      out.write(count << 4 | type);
    } else {
      out.write(0xF0 | type);
      variable(count);
    }
  }

  private void element(String value) {
    byte[] bytes = value.getBytes(StandardCharsets.UTF_8);
    variable(bytes.length);
    out.writeBytes(bytes);
  }

  private void field(int field, int type) {
    int step = field - last;
    if (step > 0 && step <= MOST_IN_SHORT_FORM) {
      out.write(step << 4 | type);
    } else {
      out.write(type);
      variable(zigzag(field));
    }
    last = field;
  }

  private static long zigzag(long value) {
    return value << 1 ^ value >> 63;
  }

  private void variable(long value) {
    long rest = value;
    while ((rest & ~0x7FL) != 0) {
      out.write((int) (rest & 0x7F | 0x80));
      rest >>>= 7;
    }
    out.write((int) rest);
  }
}
