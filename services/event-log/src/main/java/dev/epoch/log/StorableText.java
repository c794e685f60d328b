package dev.epoch.log;

/** Text that every log can keep unchanged: valid Unicode without the NUL character. */
final class StorableText {
  private StorableText() {}

  /**
   * The length in UTF-8 bytes.
   *
   * @param what begins the message of a refusal
   * @throws InvalidAppendException for a NUL character, half a surrogate pair, or more than {@code
   *     maxBytes}
   */
  static int check(String what, String text, int maxBytes) {
    int bytes = 0;
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (c == 0) {
        throw new InvalidAppendException(
            what + " holds a NUL character at index " + i + "; leave it out or escape it");
      }
      if (c < 0x80) {
        bytes += 1;
      } else if (c < 0x800) {
        bytes += 2;
      } else if (!Character.isSurrogate(c)) {
        bytes += 3;
      } else if (i + 1 < text.length() && Character.isSurrogatePair(c, text.charAt(i + 1))) {
        bytes += 4;
        i++;
      } else {
        throw new InvalidAppendException(
            what + " holds half a surrogate pair at index " + i + ", which is no Unicode text");
      }
    }
    if (bytes > maxBytes) {
      throw new InvalidAppendException(
          what + " has " + bytes + " bytes in UTF-8; at most " + maxBytes + " are stored");
    }
    return bytes;
  }
}
