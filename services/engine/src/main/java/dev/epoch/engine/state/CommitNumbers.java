package dev.epoch.engine.state;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;
import java.util.Base64;
import java.util.BitSet;

/** A set of numbers of commits, a bit each. */
final class CommitNumbers {
  static final CommitNumbers NONE = new CommitNumbers(new BitSet());

  private final BitSet bits;

  private CommitNumbers(BitSet bits) {
    this.bits = bits;
  }

  @JsonCreator
  static CommitNumbers decode(String base64) {
    return new CommitNumbers(BitSet.valueOf(Base64.getDecoder().decode(base64)));
  }

  @JsonValue
  String encode() {
    return Base64.getEncoder().encodeToString(bits.toByteArray());
  }

  CommitNumbers plus(int number) {
    if (bits.get(number)) {
      return this;
    }
    BitSet more = (BitSet) bits.clone();
    more.set(number);
    return new CommitNumbers(more);
  }

  boolean contains(int number) {
    return bits.get(number);
  }

  boolean isEmpty() {
    return bits.isEmpty();
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof CommitNumbers that && bits.equals(that.bits);
  }

  @Override
  public int hashCode() {
    return bits.hashCode();
  }

  @Override
  public String toString() {
    return bits.toString();
  }
}
