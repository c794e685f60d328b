package dev.epoch.storage.location;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.Objects;

/**
 * Addresses that begin with the same bits.
 *
 * @param first any address of the range
 * @param bits how many of its bits all of them share
 */
record AddressRange(InetAddress first, int bits) {
  AddressRange {
    Objects.requireNonNull(first, "first");
    if (bits < 0 || bits > first.getAddress().length * Byte.SIZE) {
      throw new IllegalArgumentException("no prefix of " + first.getHostAddress() + ": " + bits);
    }
  }

  /**
   * Reads {@code 10.0.0.0/8}, {@code fc00::/7}, or a single address.
   *
   * @throws IllegalArgumentException for anything else
   */
  static AddressRange parse(String text) {
    int slash = text.indexOf('/');
    InetAddress first = literal(slash < 0 ? text : text.substring(0, slash));
    int all = first.getAddress().length * Byte.SIZE;
    return new AddressRange(first, slash < 0 ? all : Integer.parseInt(text.substring(slash + 1)));
  }

  /** Whether a text is an address, in one of the usual forms, and no name. */
  static boolean isLiteral(String host) {
    return host.indexOf(':') >= 0 || host.matches("\\d{1,3}(\\.\\d{1,3}){3}");
  }

  private static InetAddress literal(String text) {
    if (!isLiteral(text)) {
      throw new IllegalArgumentException("no address: " + text);
    }
    try {
      return InetAddress.getByName(text);
    } catch (UnknownHostException notAnAddress) {
      throw new IllegalArgumentException("no address: " + text, notAnAddress);
    }
  }

  boolean contains(InetAddress address) {
    byte[] mine = first.getAddress();
    byte[] theirs = address.getAddress();
    if (mine.length != theirs.length) {
      return false;
    }
    for (int bit = 0; bit < bits; bit += Byte.SIZE) {
      int shared = Math.min(Byte.SIZE, bits - bit);
      int mask = 0xff << (Byte.SIZE - shared);
      if (((mine[bit / Byte.SIZE] ^ theirs[bit / Byte.SIZE]) & mask & 0xff) != 0) {
        return false;
      }
    }
    return true;
  }
}
