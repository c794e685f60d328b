package dev.epoch.api.parquet;

import java.io.IOException;
import java.io.OutputStream;
import java.util.Arrays;

/** Values in Parquet's plain encoding: little endian, flags eight in a byte. */
final class PlainValues {
  private byte[] bytes = new byte[256];
  private int size;
  private int bits;

  int size() {
    return size;
  }

  void flag(boolean value) {
    if (bits % 8 == 0) {
      room(1);
      bytes[size++] = 0;
    }
    if (value) {
      bytes[size - 1] |= (byte) (1 << bits % 8);
    }
    bits++;
  }

  void number(int value) {
    room(4);
    for (int i = 0; i < 4; i++) {
      bytes[size++] = (byte) (value >> 8 * i);
    }
  }

  void large(long value) {
    number((int) value);
    number((int) (value >> 32));
  }

  /** Bytes whose number the column knows. */
  void fixed(byte[] value) {
    room(value.length);
    System.arraycopy(value, 0, bytes, size, value.length);
    size += value.length;
  }

  /** Bytes behind their number. */
  void counted(byte[] value) {
    number(value.length);
    fixed(value);
  }

  void writeTo(OutputStream out) throws IOException {
    out.write(bytes, 0, size);
  }

  void clear() {
    size = 0;
    bits = 0;
    if (bytes.length > ParquetWriter.GROUP_BYTES) {
      bytes = new byte[256];
    }
  }

  private void room(int more) {
    if (bytes.length - size < more) {
      int wanted =
          Math.max(Math.addExact(size, more), (int) Math.min(size * 2L, Integer.MAX_VALUE - 8));
      bytes = Arrays.copyOf(bytes, wanted);
    }
  }
}
